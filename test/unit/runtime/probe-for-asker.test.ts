import { expect, test } from "bun:test";
import { ModelError } from "../../../src/model/contract.ts";
import { probeAnswer } from "../../../src/model/probe.ts";
import { decodeRequest } from "../../../src/runtime/control-wire.ts";
import { reasonOf } from "../../support/model-fixtures.ts";
import { isProbeReport, probeForAsker } from "../../../src/runtime/probe-for-asker.ts";

const order = { model: "fast", limitMs: 20 };

test("a model's failure, a name that is none and lateness are answers", async () => {
  const failing = (error: Error) => probeForAsker({ probe: () => Promise.reject(error) }, order);
  expect(await failing(new ModelError("refused", "Busy"))).toEqual({ type: "failed", kind: "refused", reason: "Busy" });
  expect(await failing(new RangeError("not declared"))).toEqual({ type: "unknown-model" });
  const probe = (_: string, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  expect(await probeForAsker({ probe }, order)).toEqual({
    type: "failed",
    kind: "late",
    reason: "No answer within 0.02 s",
  });
});

test("a runtime that has no models yet, and a fault of ours, are errors", async () => {
  expect(await reasonOf(probeForAsker(undefined, order))).toMatchObject({ message: "It is still starting: try again" });
  const fault = new Error("fault");
  expect(await reasonOf(probeForAsker({ probe: () => Promise.reject(fault) }, order))).toBe(fault);
});

test("only a report is taken for one", () => {
  const answer = { totalMs: 1, outputTokens: 1 };
  expect(isProbeReport({ type: "probed", probe: { isPresent: true, answer } })).toBe(true);
  expect(isProbeReport({ type: "probed", probe: { isPresent: false } })).toBe(true);
  expect(isProbeReport({ type: "probed", probe: { isPresent: true, answer: {} } })).toBe(false);
  expect(isProbeReport({ type: "probed" })).toBe(false);
  expect(isProbeReport({ type: "failed", kind: "late" })).toBe(false);
  expect(isProbeReport({ type: "unknown-model" })).toBe(true);
  expect(isProbeReport(undefined)).toBe(false);
});

test("a request for it names a model and a bounded time", () => {
  const decoded = (fields: object) => decodeRequest(JSON.stringify({ op: "probe", ...fields }));
  expect(decoded(order)).toEqual({ op: "probe", ...order });
  expect(decoded({ limitMs: 5 })).toBe('"model" is not a text');
  for (const limitMs of [undefined, 0, -1, "5", 3_600_001]) {
    expect(decoded({ model: "fast", limitMs })).toBe('"limitMs" is no time up to an hour');
  }
});

test("speed is counted after the first text, and not for what comes at once", () => {
  const usage = { model: "m", provider: "p", inputTokens: 1, estimated: false, finish: "stop" } as const;
  expect(probeAnswer({ ...usage, outputTokens: 21, firstTokenMs: 500, totalMs: 2_500 })).toEqual({
    firstTextMs: 500,
    totalMs: 2_500,
    outputTokens: 21,
    tokensPerSecond: 10,
  });
  expect(probeAnswer({ ...usage, outputTokens: 21, firstTokenMs: 500, totalMs: 501 }).tokensPerSecond).toBeUndefined();
  expect(probeAnswer({ ...usage, outputTokens: 21, totalMs: 501 }).tokensPerSecond).toBeUndefined();
});
