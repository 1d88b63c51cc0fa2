import { expect, test } from "bun:test";
import { costText, turnTotals } from "../../../src/telemetry/turn-totals.ts";

const call = { inputTokens: 10, outputTokens: 2, estimated: false };

test("calls add up, and what nobody knows is no zero", () => {
  const totals = turnTotals([
    { ...call, cachedTokens: 4, cost: { amount: 0.25, currency: "USD" } },
    { ...call, estimated: true, cost: { amount: 0.5, currency: "USD" } },
    call,
  ]);
  expect(totals).toEqual({
    inputTokens: 30,
    outputTokens: 6,
    cachedTokens: 4,
    estimated: true,
    costs: [{ amount: 0.75, currency: "USD" }],
    unpricedCalls: 1,
  });
  expect(costText(totals)).toBe("0.75 USD + unknown");
  expect(turnTotals([call])).not.toHaveProperty("cachedTokens");
  expect(costText(turnTotals([call]))).toBe("unknown");
  expect(costText(turnTotals([]))).toBe("");
});
