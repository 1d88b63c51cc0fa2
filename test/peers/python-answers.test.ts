// The independent Python SDK answers what Muster's agents ask in the middle of a stream: questions of a model, and questions for leave.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { jsonRecord } from "../support/json-record.ts";
import { mayRun } from "../support/may-run.ts";
import { type RunningMuster, startMuster } from "../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../support/raw-caller.ts";
import { runProgram } from "../support/run-program.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { testUser } from "../support/test-user.ts";

const users = { muster: testUser(), python: testUser(), other: testUser() };

describe.if(mayRun("Python peer", missingForPythonPeer()))("with the Python SDK that answers", () => {
  const stack = new AsyncDisposableStack();
  const folder = scratchFolder();
  const pressed: string[] = [];
  let nats: RunningNatsServer;
  let model: ScriptedModel;
  let muster: RunningMuster;
  let press: RawCaller;

  beforeAll(async () => {
    for (const [name, { seed }] of Object.entries(users)) await writeFile(join(folder, name), seed);
    const nkeys = Object.values(users).map(({ nkey }) => `{ nkey: ${nkey} }`);
    const config = `accounts { ACME { users: [ ${nkeys.join(", ")}, { user: press, password: press } ] } }`;
    nats = stack.adopt(await startNatsServer({ config }), (one) => one.stop());
    model = stack.use(startScriptedModel());
    press = stack.adopt(await rawCaller(nats.url, { user: "press", pass: "press" }), (one) => one.close());
    press.nats.subscribe("plant.press", { callback: (_, message) => void pressed.push(message.string()) });
    await press.nats.flush();
    muster = stack.adopt(
      await startMuster({
        manifest: `
identity: { owner: peers }
nats: { servers: ["${nats.url}"], nkey_file: "${join(folder, "muster")}" }
models: { scripted: { provider: ollama, url: "${model.url}", model: scripted } }
defaults: { model: scripted, instructions: You help. }
agents:
  asker: { tools: { question: { type: ask } } }
  presser:
    callers: { approve: [${users.python.nkey}] }
    tools: { press: { type: publish, ask: [plant.press] } }
`,
      }),
      (one) => one.stop(),
    );
  }, 60_000);
  beforeEach(() => void pressed.splice(0));
  afterAll(() => stack.disposeAsync(), 60_000);

  async function call(user: keyof typeof users, ...args: readonly string[]): Promise<Record<string, unknown>> {
    const program = join(import.meta.dirname, "python", "signed_caller.py");
    const { code, stdout, stderr } = await runProgram([
      peerPython,
      program,
      nats.url,
      join(folder, user),
      "yes",
      ...args,
    ]);
    if (code !== 0) throw new Error(stderr);
    return jsonRecord(stdout);
  }

  const lastRead = () => JSON.stringify(model.received.chats().at(-1)?.body["messages"]);

  test("§7 a question of the model is answered, and the answer goes on in the same stream", async () => {
    model.script("scripted", {
      steps: [{ calls: [{ name: "question", input: { question: "Which press?" } }] }, { text: "Press 3 it is." }],
    });
    expect(await call("python", "converse", "asker", "Restart it", "Number 3")).toEqual({
      text: "Press 3 it is.",
      questions: ["Which press?"],
    });
    expect(lastRead()).toContain("Number 3");
  }, 30_000);

  describe("a question for leave", () => {
    beforeEach(() => {
      const input = { subject: "plant.press", payload: "restart" };
      model.script("scripted", { steps: [{ calls: [{ name: "press", input }] }, { text: "So it is." }] });
    });

    test("is not granted by the SDK's own reply, which nobody signed, though an approver made it", async () => {
      const { text, questions } = await call("python", "converse", "presser", "Restart it", "yes");
      expect([text, String(questions)]).toEqual(["So it is.", expect.stringContaining("publish to plant.press")]);
      await press.nats.flush();
      expect(pressed).toEqual([]);
      expect(lastRead()).toContain("sign");
    }, 30_000);

    test("is granted by an approver's answer that is signed over the question, as the page says", async () => {
      expect(await call("python", "approve", "presser", "Restart it", "yes")).toMatchObject({ text: "So it is." });
      expect(pressed).toEqual(["restart"]);
    }, 30_000);

    test("is not granted by the same answer of another user, nor by an approver's no", async () => {
      expect(await call("other", "approve", "presser", "Restart it", "yes")).toMatchObject({ text: "So it is." });
      expect(await call("python", "approve", "presser", "Restart it", "no")).toMatchObject({ text: "So it is." });
      await press.nats.flush();
      expect(pressed).toEqual([]);
    }, 30_000);
  });

  test("every answer is recorded with who gave it", async () => {
    const { stdout } = await muster.command(["approvals", "--last", "10"]);
    expect(stdout).toContain(users.python.nkey);
    expect(stdout).toContain(users.other.nkey);
  });
});
