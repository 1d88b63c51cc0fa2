import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { carriedPart } from "../../../src/host/carried-parts.ts";
import { descendantsWith } from "../../support/child-processes.ts";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { smallModelFile } from "../../support/ollama/ollama.ts";
import { JudgedCaller } from "../../support/judged-caller.ts";
import { externalNats } from "./scripted-manifest.ts";

const subject = "agents.prompt.muster.kill.pocket";
const missing = carriedPart("engine") === undefined ? 'the engine is not packed: run "npm test"' : undefined;

describe.if(mayRun("built-in engine", missing))("the engine's child killed in the middle of an answer", () => {
  let nats: RunningNatsServer;
  let muster: RunningMuster;
  let caller: JudgedCaller;

  beforeAll(async () => {
    nats = await startNatsServer();
    muster = await startMuster({
      manifest: `
identity: { owner: kill }
nats: ${externalNats(nats.url)}
models:
  pocket: { provider: builtin, file: "${await smallModelFile()}", threads: 1, context: 2048, max_output: 400 }
agents:
  pocket: { model: pocket, instructions: You are concise., heartbeat: 1s }
`,
    });
    caller = await JudgedCaller.connect(nats.url);
  }, 60_000);

  afterAll(async () => {
    await caller.close();
    await muster.stop();
    await nats.stop();
  });

  test("costs that answer only: it ends with an error, and the next prompt is answered by a new child", async () => {
    const call = caller.call(subject, "Write a long story about the sea.");
    await call.firstText;
    const ours = muster.pid();
    const [engine] = await descendantsWith(ours, "__engine");
    if (engine === undefined) throw new Error("No engine process is running");
    process.kill(engine, "SIGKILL");
    const { errors, ends, after } = await call.answer;
    expect([ends, after, errors.length]).toEqual([1, 0, 1]);
    await muster.untilIdle("pocket");
    const next = await caller.answerOnceServed(subject, "Say hello.");
    expect(next.errors).toEqual([]);
    expect(next.text.trim()).not.toBe("");
    expect(muster.pid()).toBe(ours);
    expect(await descendantsWith(ours, "__engine")).not.toContain(engine);
  }, 120_000);
});
