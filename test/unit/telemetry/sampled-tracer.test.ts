import { expect, test } from "bun:test";
import { sampledTracer } from "../../../src/telemetry/sampled-tracer.ts";
import { innerContext, passingTracer } from "../../../src/telemetry/tracer.ts";

const parent = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  isSampled: true,
  state: "a=1",
};

test("a turn of a recorded trace is a span of its own in it, and what it calls is another", () => {
  const turn = sampledTracer(0).begin(parent);
  expect(turn).toMatchObject({
    isRecorded: true,
    parentSpanId: parent.spanId,
    context: { traceId: parent.traceId, state: "a=1" },
  });
  expect(turn?.context.spanId).not.toBe(parent.spanId);
  const inner = innerContext(turn);
  expect(inner?.traceId).toBe(parent.traceId);
  expect([parent.spanId, turn?.context.spanId]).not.toContain(inner?.spanId);
});

test("a caller that does not record is carried on as it came", () => {
  const given = { ...parent, isSampled: false };
  const turn = sampledTracer(1).begin(given);
  expect(turn).toEqual({ context: given, isRecorded: false });
  expect(innerContext(turn)).toEqual(given);
});

test("where nothing is exported, traces pass through and none begins", () => {
  expect(passingTracer.begin(parent)).toEqual({ context: parent, isRecorded: false });
  expect(passingTracer.begin(undefined)).toBeUndefined();
});

test("of traces that begin here a share is recorded, and the flag says which", () => {
  const all = Array.from({ length: 2_000 }, () => sampledTracer(0.25).begin(undefined));
  const recorded = all.filter((turn) => turn?.isRecorded === true);
  expect(recorded.length).toBeGreaterThan(400);
  expect(recorded.length).toBeLessThan(600);
  for (const turn of all) expect(turn?.context.isSampled).toBe(turn?.isRecorded);
  expect(sampledTracer(1).begin(undefined)?.isRecorded).toBe(true);
  expect(sampledTracer(0).begin(undefined)?.isRecorded).toBe(false);
  expect(new Set(all.map((turn) => turn?.context.traceId)).size).toBe(2_000);
});
