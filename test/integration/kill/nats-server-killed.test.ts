import { afterAll, expect, test } from "bun:test";
import { startKillableRuntime } from "./killable-runtime.ts";
import { until } from "../../support/until.ts";
import { quickSubject, slowSubject } from "./scripted-manifest.ts";

const { nats, muster, caller, close } = await startKillableRuntime();

afterAll(close);

test("nats-server killed in the middle of an answer and started again: the stream ends once, and agents answer", async () => {
  const call = caller.call(slowSubject, "Tell");
  await call.firstText;
  await nats.kill();
  await nats.restart();
  await until("a bus that is back", async () => (await muster.status()).bus.state === "connected");
  await muster.untilIdle("slow");
  expect(call.soFar().ends).toBeLessThanOrEqual(1);
  expect(call.soFar().after).toBe(0);
  const next = await caller.answerOnceServed(quickSubject, "Still there?");
  expect(next).toMatchObject({ text: "word word word ", ends: 1, after: 0, errors: [] });
});

test("nats-server gone for longer than an answer takes: nothing stays in flight, and agents answer when it is back", async () => {
  const call = caller.call(slowSubject, "Tell");
  await call.firstText;
  await nats.kill();
  await muster.untilIdle("slow");
  await nats.restart();
  await until("a bus that is back", async () => (await muster.status()).bus.state === "connected");
  await until("an answer", async () => (await caller.answerOnceServed(quickSubject, "Still there?")).ends === 1);
});
