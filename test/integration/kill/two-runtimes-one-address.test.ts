import { afterAll, beforeAll, expect, test } from "bun:test";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { JudgedCaller } from "../../support/judged-caller.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { externalNats, quickSubject, scriptedManifest } from "./scripted-manifest.ts";

let nats: RunningNatsServer;
let model: ScriptedModel;
let first: RunningMuster;
let second: RunningMuster;
let caller: JudgedCaller;

beforeAll(async () => {
  nats = await startNatsServer();
  model = startScriptedModel();
  first = await startMuster({ manifest: scriptedManifest(externalNats(nats.url), model.url) });
  second = await startMuster({ manifest: scriptedManifest(externalNats(nats.url), model.url), acceptsDegraded: true });
  caller = await JudgedCaller.connect(nats.url);
});

afterAll(async () => {
  await caller.close();
  await first.stop();
  await second.stop();
  await model.stop();
  await nats.stop();
});

test("of two runtimes with one address one serves, the other says so, and takes over when the first is killed", async () => {
  await until("one of them to be degraded", async () =>
    (await reasons()).some((reason) => reason.includes("address taken")),
  );
  const answers = await Promise.all(Array.from({ length: 20 }, () => caller.call(quickSubject, "Who?").answer));
  expect(answers.every(({ ends, errors }) => ends === 1 && errors.length === 0)).toBe(true);
  const isFirstServing = (await first.status()).agents.every((agent) => agent.state === "ready");
  const [serving, waiting] = isFirstServing ? [first, second] : [second, first];
  await serving.kill();
  await until(
    "the other to serve",
    async () => (await waiting.status()).agents.every((agent) => agent.state === "ready"),
    60_000,
  );
  expect(await caller.answerOnceServed(quickSubject, "Who?")).toMatchObject({
    text: "word word word ",
    ends: 1,
    errors: [],
  });
  await waiting.untilIdle("quick");
}, 120_000);

async function reasons(): Promise<readonly string[]> {
  const states = [await first.status(), await second.status()];
  return states.flatMap((status) => status.agents.map((agent) => agent.reason ?? ""));
}
