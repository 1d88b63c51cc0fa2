import { expect, test } from "bun:test";
import fc from "fast-check";
import { buildHeartbeat, decodeHeartbeat } from "../../../src/protocol/heartbeat.ts";

const address = { agent: "muster", owner: "press-07", name: "inspector" };
const instance = { id: "ABC", intervalS: 30 };
const now = new Date("2026-08-28T12:00:00Z");

test("§8 a beat has the protocol's fields, and ours beside them", () => {
  const details = {
    state: "degraded",
    reason: "model away",
    inFlight: 1,
    queued: 2,
    model: "m",
    version: "1.0.0",
  } as const;
  expect(buildHeartbeat(address, instance, details, now)).toEqual({
    agent: "muster",
    owner: "press-07",
    instance_id: "ABC",
    ts: "2026-08-28T12:00:00.000Z",
    interval_s: 30,
    state: "degraded",
    reason: "model away",
    in_flight: 1,
    queued: 2,
    model: "m",
    version: "1.0.0",
  });
});

test("what there is nothing to say about is left out", () => {
  const beat = buildHeartbeat(address, instance, { state: "ready", inFlight: 0, queued: 0, version: "1.0.0" }, now);
  expect(Object.keys(beat)).not.toContain("reason");
  expect(Object.keys(beat)).not.toContain("model");
  expect(Object.keys(beat)).not.toContain("session");
});

test("a beat comes back as it was sent", () => {
  const beat = buildHeartbeat(address, instance, { state: "ready", inFlight: 0, queued: 0, version: "1.0.0" }, now);
  expect(decodeHeartbeat(JSON.stringify(beat))).toEqual(beat);
  const kept = { state: "ready", inFlight: 0, queued: 0, version: "1.0.0", isLastGood: true } as const;
  expect(decodeHeartbeat(JSON.stringify(buildHeartbeat(address, instance, kept, now)))).toEqual({
    ...beat,
    last_good: true,
  });
});

test("another implementation's beat is read, its strange extras are not", () => {
  const payload =
    '{"agent":"a","owner":"o","session":"s","instance_id":"i","ts":"t","interval_s":5,"state":"dancing","in_flight":"1"}';
  expect(decodeHeartbeat(payload)).toEqual({
    agent: "a",
    owner: "o",
    session: "s",
    instance_id: "i",
    ts: "t",
    interval_s: 5,
  });
});

for (const payload of [
  "",
  "null",
  "3",
  "{}",
  '{"agent":"a","owner":"o","instance_id":"i","ts":"t"}',
  '{"agent":"a","owner":"o","instance_id":"i","ts":"t","interval_s":0}',
  '{"agent":"a","owner":"o","instance_id":"i","ts":"t","interval_s":"30"}',
  '{"agent":1,"owner":"o","instance_id":"i","ts":"t","interval_s":30}',
]) {
  test(`${payload} is no heartbeat`, () => {
    expect(decodeHeartbeat(payload)).toBeUndefined();
  });
}

test("nothing makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeHeartbeat(text)));
});
