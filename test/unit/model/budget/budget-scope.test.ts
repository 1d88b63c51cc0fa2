import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BudgetConfig } from "../../../../src/manifest/manifest.ts";
import { BudgetScope } from "../../../../src/model/budget/budget-scope.ts";
import { costOf } from "../../../../src/model/budget/cost.ts";
import { windowAt } from "../../../../src/model/budget/window.ts";
import { inMemoryUsage } from "../../../support/in-memory-usage.ts";
import { recordedLog } from "../../../support/recorded-log.ts";

// Tests are run in UTC, wherever the machine stands.
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "UTC";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const noon = new Date(2026, 5, 15, 12, 0, 0).getTime();
const hourMs = 3_600_000;

function scopeWith(...budgets: readonly BudgetConfig[]) {
  const clock = { now: noon };
  const log = recordedLog();
  const ports = { store: inMemoryUsage(), log, now: () => clock.now };
  return { clock, log, scope: new BudgetScope("agent:a", budgets, ports), ports };
}

test("refuses once a budget is spent, with the time until it renews, and serves again then", () => {
  const { clock, scope } = scopeWith({ limit: 100, unit: "tokens", per: "day" });
  scope.call(99, undefined);
  expect(scope.spent()).toBeUndefined();
  scope.call(1, undefined);
  expect(scope.spent()).toMatchObject({ retryAfterS: 12 * 3600 });
  expect(scope.spent()?.reason).toStartWith(
    "its budget of 100 tokens per day is spent; it renews at 2026-06-16 00:00 UTC",
  );
  clock.now += 12 * hourMs;
  expect(scope.spent()).toBeUndefined();
});

test("says once a window that 80 % are spent, and that all is", () => {
  const { clock, log, scope } = scopeWith({ limit: 10, unit: "turns", per: "hour" });
  for (let turn = 0; turn < 12; turn++) scope.turn();
  const messages = () => log.lines.map(({ message }) => message);
  expect(messages()).toEqual(["Budget nearly spent", "Budget spent: prompts are refused until it renews"]);
  clock.now += hourMs;
  for (let turn = 0; turn < 9; turn++) scope.turn();
  expect(messages().slice(2)).toEqual(["Budget nearly spent"]);
});

test("says both when one call takes a budget past 80 % and past its end, and of a model that it is passed over", () => {
  const { log, ports } = scopeWith();
  const scope = new BudgetScope("model:cloud", [{ limit: 100, unit: "tokens", per: "hour" }], ports);
  scope.call(79, undefined);
  scope.call(30, undefined);
  expect(log.lines.map(({ message }) => message)).toEqual([
    "Budget nearly spent",
    "Budget spent: the model is passed over until it renews",
  ]);
});

test("of several budgets, the one that renews last says when to come back", () => {
  const { scope } = scopeWith(
    { limit: 10, unit: "tokens", per: "hour" },
    { limit: 10, unit: "tokens", per: "month" },
    { limit: 10, unit: "turns", per: "day" },
  );
  scope.call(10, undefined);
  expect(scope.spent()?.reason).toContain("per month");
});

test("a cost counts in its own currency, and one that is not known not at all", () => {
  const { scope } = scopeWith({ limit: 1, unit: "cost", per: "day", currency: "EUR" });
  scope.call(1_000_000, undefined);
  scope.call(1_000_000, { amount: 5, currency: "USD" });
  expect(scope.spent()).toBeUndefined();
  scope.call(1, { amount: 1, currency: "EUR" });
  expect(scope.spent()?.reason).toContain("budget of 1 EUR per day");
});

test("what was spent is known to those who come after", () => {
  const { scope, ports } = scopeWith({ limit: 10, unit: "tokens", per: "day" });
  scope.call(8, undefined);
  const next = new BudgetScope("agent:a", [{ limit: 8, unit: "tokens", per: "day" }], ports);
  expect(next.spent()).toBeDefined();
  expect(new BudgetScope("agent:b", [{ limit: 8, unit: "tokens", per: "day" }], ports).spent()).toBeUndefined();
});

test("tells of being spent, and of renewal, those who listen", () => {
  const { clock, scope } = scopeWith({ limit: 1, unit: "turns", per: "hour" });
  const heard: boolean[] = [];
  const end = scope.onChange(() => heard.push(scope.spent() !== undefined));
  scope.turn();
  clock.now += hourMs;
  scope.call(1, undefined);
  expect(heard).toEqual([true, false]);
  end();
});

test("hours, days and months end where the calendar says", () => {
  expect(windowAt("hour", noon + 1).endsAt).toBe(noon + hourMs);
  expect(windowAt("day", noon)).toEqual({ key: "2026-06-15", endsAt: new Date(2026, 5, 16).getTime() });
  expect(windowAt("month", new Date(2026, 11, 31, 23, 59).getTime())).toEqual({
    key: "2026-12",
    endsAt: new Date(2027, 0, 1).getTime(),
  });
});

test("a call costs what its tokens cost, those from a cache at their own price", () => {
  const price = { currency: "USD", input: 1, cachedInput: 0.1, output: 2, perTokens: 1000 };
  const usage = { inputTokens: 1000, cachedTokens: 500, outputTokens: 500 };
  expect(costOf(usage, price)?.amount).toBeCloseTo(0.5 + 0.05 + 1);
  expect(costOf(usage, { currency: "USD", input: 1, output: 2, perTokens: 1000 })?.amount).toBeCloseTo(2);
  expect(costOf(usage, undefined)).toBeUndefined();
});
