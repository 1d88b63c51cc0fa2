import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mayRun } from "../../support/may-run.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { missingForOllama, type RunningOllama, startOllama } from "../../support/ollama/ollama.ts";
import { JudgedCaller } from "../../support/judged-caller.ts";
import { until } from "../../support/until.ts";
import { externalNats } from "./scripted-manifest.ts";

const subject = "agents.prompt.muster.kill.real";

describe.if(mayRun("Ollama", missingForOllama()))("a real Ollama killed in the middle of an answer", () => {
  let ollama: RunningOllama;
  let nats: RunningNatsServer;
  let muster: RunningMuster;
  let caller: JudgedCaller;

  beforeAll(async () => {
    ollama = await startOllama();
    nats = await startNatsServer();
    muster = await startMuster({
      manifest: `
identity: { owner: kill }
nats: ${externalNats(nats.url)}
models:
  smol: { provider: ollama, url: "${ollama.url}", model: ${ollama.model}, context: 2048, max_output: 400 }
agents:
  real: { model: smol, instructions: You are concise., heartbeat: 1s }
`,
    });
    caller = await JudgedCaller.connect(nats.url);
  });

  afterAll(async () => {
    await caller.close();
    await muster.stop();
    await ollama.stop();
    await nats.stop();
  });

  test("the stream ends with a named error, the agent is degraded, and it answers again without a restart", async () => {
    const call = caller.call(subject, "Write a long story about the sea.");
    await call.firstText;
    await ollama.kill();
    const { errors, ends, after } = await call.answer;
    expect([ends, after]).toEqual([1, 0]);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.["code"]).toBe("500");
    await muster.untilIdle("real");
    await until("the agent to be degraded", async () => (await stateOfAgent()) === "degraded");
    await ollama.restart();
    await until("the agent to be ready", async () => (await stateOfAgent()) === "ready", 60_000);
    const next = await caller.answerOnceServed(subject, "Say hello.");
    expect(next.errors).toEqual([]);
    expect(next.text.trim()).not.toBe("");
  }, 120_000);

  async function stateOfAgent(): Promise<string | undefined> {
    return (await muster.status()).agents[0]?.state;
  }
});
