// The built-in engine with a real small model and a tool: the engine takes no tools, so the model is told of them and its grammar holds it to whole calls.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { carriedPart } from "../../../src/host/carried-parts.ts";
import { jsonRecord, jsonRecords } from "../../support/json-record.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { missingForOllama, smallModelFile } from "../../support/ollama/ollama.ts";
import { type RawCaller, rawCaller } from "../../support/raw-caller.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const missing = carriedPart("engine") === undefined ? 'the engine is not packed: run "npm test"' : missingForOllama();
const rooms = ["hall", "kitchen"];

describe.if(mayRun("tools of the built-in engine", missing))("the built-in engine with tools", () => {
  const stack = new AsyncDisposableStack();
  const folder = scratchFolder();
  let muster: RunningMuster;
  let caller: RawCaller;

  beforeAll(async () => {
    const nats = stack.adopt(await startNatsServer(), (one) => one.stop());
    muster = stack.adopt(
      await startMuster({
        manifest: `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
models:
  pocket: { provider: builtin, file: "${await smallModelFile()}", threads: 1, context: 2048, max_output: 60, temperature: 0 }
agents:
  house:
    model: pocket
    callers: { trust: any }
    instructions: |
      You switch lights with the tool switch_light. When you read that a light is on, you answer that.
      Asked to switch the light of the kitchen, you say: {"tool":"switch_light","arguments":{"room":"kitchen"}}
    turn: { steps: 3 }
    tools:
      switch_light:
        type: command
        description: Switches on the light of a room.
        command: [touch, "${folder}/{{room}}"]
        parameters: { type: object, properties: { room: { enum: ${JSON.stringify(rooms)} } }, required: [room] }
        allow_unauthenticated: true
`,
      }),
      (one) => one.stop(),
    );
    caller = stack.adopt(await rawCaller(nats.url), (one) => one.close());
  }, 120_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  test("calls one by the prompted protocol, reads what came of it, and ends its turn in words", async () => {
    const asked = "Use the tool switch_light for the room hall.";
    const answer = await caller.prompt("agents.prompt.muster.test.house", asked).done;
    expect(answer.error()).toBeUndefined();
    expect(answer.statuses()).toContain("tool:switch_light");
    expect(answer.text().trim()).not.toBe("");
    const switched = readdirSync(folder);
    expect(switched).not.toEqual([]);
    expect(switched.filter((room) => !rooms.includes(room))).toEqual([]);
    const trace = jsonRecord((await muster.command(["trace", "house", "--last", "1", "--json"])).stdout);
    expect(trace["outcome"]).toBe("ok");
    expect(jsonRecords(trace["tools"])[0]).toMatchObject({ name: "switch_light", outcome: "ok" });
    const calls = jsonRecords(trace["calls"]);
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) expect(call).toMatchObject({ provider: "builtin", estimated: false });
  }, 120_000);
});
