// Conversations of a real runtime: over restarts, over SIGKILL in the middle of turns, and as their operator sees them.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { carriedPart } from "../../../src/host/carried-parts.ts";
import { jsonRecords } from "../../support/json-record.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";

const missing = carriedPart("nats-server") === undefined ? 'nats-server is not packed: run "npm test"' : undefined;
const limitMs = 120_000;

describe.if(mayRun("conversations of a runtime", missing))("conversations of a runtime", () => {
  let model: ScriptedModel;
  let muster: RunningMuster;
  const ask = (session: string, text: string, agent = "helper") =>
    muster.command(["ask", agent, text, "--session", session]);
  /** The prompts that the model was told last, the present one at the end. */
  const prompts = () => {
    const messages = jsonRecords(model.received.chats().at(-1)?.body["messages"]);
    return messages.flatMap(({ role, content }) => (role === "user" ? [content] : []));
  };

  beforeAll(async () => {
    model = startScriptedModel();
    model.script("scripted", { text: "Noted." });
    muster = await startMuster({
      manifest: `
identity: { owner: talks }
nats: { mode: embedded, embedded: { port: 0 } }
endpoints: { m: { provider: ollama, url: "${model.url}" } }
models: { scripted: { endpoint: m, model: scripted } }
defaults: { model: scripted, instructions: Be short. }
agents:
  helper: { memory: { keep_turns: 3 } }
  brief: { memory: { store: memory } }
`,
    });
  }, limitMs);
  afterAll(async () => {
    await muster.stop();
    await model.stop();
  });

  test(
    "go on after an orderly restart and after SIGKILL; those in memory do not",
    async () => {
      expect((await ask("shift", "one")).code).toBe(0);
      expect((await ask("shift", "one", "brief")).code).toBe(0);
      await muster.terminate();
      await muster.restart();
      expect((await ask("shift", "two")).code).toBe(0);
      expect(prompts()).toEqual(["one", "two"]);
      await muster.kill();
      await muster.restart();
      expect((await ask("shift", "three")).code).toBe(0);
      expect(prompts()).toEqual(["one", "two", "three"]);
      expect((await ask("shift", "two", "brief")).code).toBe(0);
      expect(prompts()).toEqual(["two"]);
    },
    limitMs,
  );

  test(
    "are listed, shown, exported and removed, and text in them moves no cursor",
    async () => {
      await ask("evil \u001b[2J", "\u001b]0;owned\u0007 hello\nthere");
      const { stdout: table } = await muster.command(["conversations"]);
      expect(table).toMatch(/^SESSION +AGENT +OWNER +TURNS +SIZE +LAST USED +STORE\n/);
      expect(table).toMatch(/^shift +helper +none +3 +\d+B +20\S+Z +sqlite$/m);
      expect(table).toMatch(/^shift +brief +none +1 +\d+B +20\S+Z +memory$/m);
      expect(table).not.toContain("\u001b");
      const shown = await muster.command(["conversations", "show", "shift", "--agent", "helper"]);
      expect(shown.stdout).toContain("caller: two\nagent: Noted.\n");
      const evil = await muster.command(["conversations", "show", "evil \u001b[2J"]);
      expect(evil.stdout).toContain("caller: ]0;owned hello\n  there\n");
      expect(evil.stdout).not.toContain("\u001b");
      const which = await muster.command(["conversations", "show", "shift"]);
      expect(which).toMatchObject({ code: 2 });
      expect(which.stderr).toContain("--agent helper --owner none");
      const { stdout: exported } = await muster.command(["conversations", "export", "--agent", "helper"]);
      const lines = exported.trimEnd().split("\n");
      expect(lines).toHaveLength(2);
      const shift: unknown = JSON.parse(lines.find((line) => line.includes('"shift"')) ?? "");
      expect(shift).toMatchObject({ agent: "helper", owner: null, session: "shift", turns: 3, store: "sqlite" });
      expect(shift).toMatchObject({
        history: [
          {
            messages: [
              { role: "user", text: "one" },
              { role: "assistant", text: "Noted." },
            ],
          },
          {},
          {},
        ],
      });
      expect((await muster.command(["conversations", "rm", "shift", "--agent", "brief"])).code).toBe(0);
      expect((await muster.command(["conversations", "rm", "shift", "--agent", "brief"])).code).toBe(3);
    },
    limitMs,
  );

  test(
    "are read by the command while the runtime is down, without changing anything, and not removed",
    async () => {
      await muster.terminate();
      const database = join(muster.stateDirectory, "conversations", "conversations.db");
      const before = readFileSync(database);
      expect((await muster.command(["conversations", "ls", "--json"])).stdout).toContain('"session": "shift"');
      expect((await muster.command(["conversations", "show", "shift"])).stdout).toContain("caller: three");
      const { code, stderr } = await muster.command(["conversations", "rm", "shift"]);
      expect([code, stderr]).toEqual([1, 'Only a runtime removes conversations: start it with "muster run"\n']);
      expect(readFileSync(database).equals(before)).toBe(true);
      await muster.restart();
      await muster.kill();
      expect((await muster.command(["conversations", "show", "shift"])).stdout).toContain("caller: three");
      await muster.restart();
    },
    limitMs,
  );
});
