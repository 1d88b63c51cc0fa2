// What was spent of budgets, as long as the test lasts.

import type { UsageStore } from "../../src/model/budget/budget.ts";

export function inMemoryUsage(): UsageStore {
  const spent = new Map<string, number>();
  const key = (...parts: readonly string[]) => parts.join(" ");
  return {
    spent: (scope, unit, window) => spent.get(key(scope, unit, window)) ?? 0,
    add: (scope, unit, window, amount) => {
      const name = key(scope, unit, window);
      spent.set(name, (spent.get(name) ?? 0) + amount);
    },
    flush: () => Promise.resolve(),
  };
}
