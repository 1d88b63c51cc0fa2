// How an agent fares by what it stands on: its model and its budgets. Without one of them it is degraded.

import type { ServiceHealth } from "../bus/serving/service-port.ts";
import type { BudgetScope } from "../model/budget/budget-scope.ts";
import type { ChatModel, ModelHealth } from "../model/contract.ts";
import type { ServiceError } from "../protocol/service-error.ts";
import { budgetSpent, modelNoMemory, modelNotFound, modelUnreachable, retryFields } from "./turn-error.ts";

export function modelHealth(model: ChatModel, agent: string): ServiceHealth {
  const health = model.health();
  switch (health.state) {
    case "unknown":
      return { state: "starting" };
    case "reachable":
      return { state: "ready" };
    case "unreachable":
    case "missing":
    case "no-memory":
    case "spent":
      return {
        state: "degraded",
        reason: `model "${model.config.name}": ${health.reason}`,
        // Read for each refused prompt: the time of the next try moves on while the state stays.
        get error() {
          return lostError(model.health(), agent);
        },
      };
  }
}

/** Undefined: there is something left of each. */
export function budgetHealth(budget: BudgetScope, agent: string): ServiceHealth | undefined {
  const spent = budget.spent();
  if (spent === undefined) return undefined;
  return {
    state: "degraded",
    reason: spent.reason,
    get error() {
      return budgetSpent(agent, spent.reason, retryFields(budget.spent()?.retryAfterS ?? 1));
    },
  };
}

function lostError(health: ModelHealth, agent: string): ServiceError {
  const retry = retryFields("retryAfterS" in health ? health.retryAfterS : 1);
  if (health.state === "spent") return budgetSpent(agent, health.reason, retry);
  if (health.state === "no-memory") return modelNoMemory(health.reason, retry);
  return health.state === "missing" ? modelNotFound(agent, retry) : modelUnreachable(agent, retry);
}
