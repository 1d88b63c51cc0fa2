import { expect, test } from "bun:test";
import { Meter } from "../../../src/model/meter.ts";

const served = { name: "m", provider: "ollama" };
const request = { agent: "a", messages: [{ role: "user", text: "12345678" }] } as const;

test("takes the provider's counts as they are", () => {
  const usage = new Meter().usage(served, request, { input: 7, output: 0, cached: 3 }, "stop");
  expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 0, cachedTokens: 3, estimated: false, finish: "stop" });
  expect(usage.firstTokenMs).toBeUndefined();
});

test("guesses missing counts from the text and says so", () => {
  const meter = new Meter();
  meter.pass("abcde");
  const usage = meter.usage(served, request, { input: undefined, output: undefined }, "length");
  expect(usage).toMatchObject({ inputTokens: 2, outputTokens: 2, estimated: true, finish: "length" });
  expect(usage.firstTokenMs).toBeLessThanOrEqual(usage.totalMs);
});
