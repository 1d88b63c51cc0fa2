// What is spent of the budgets of agents and models, as rows of a table.

import type { AgentStatus, RuntimeStatus } from "../runtime/control-protocol.ts";

type BudgetStatus = NonNullable<AgentStatus["budgets"]>[number];

export const budgetHeader = ["OF", "NAME", "BUDGET", "SPENT", "RENEWS"];

/** `agent`, `helper`, `200 tokens per hour`, `160 (80 %)`, when. */
export function budgetRows({ agents, modelBudgets = [] }: RuntimeStatus): readonly (readonly string[])[] {
  return [
    ...agents.flatMap(({ name, budgets = [] }) => budgets.map((budget) => rowOf("agent", name, budget))),
    ...modelBudgets.flatMap(({ model, budgets }) => budgets.map((budget) => rowOf("model", model, budget))),
  ];
}

function rowOf(whose: string, name: string, { limit, unit, currency, per, spent, renewsAt }: BudgetStatus): string[] {
  const share = Math.floor((spent / limit) * 100);
  const shown = Number(spent.toPrecision(6));
  const renews = new Date(renewsAt).toISOString().replace(/\.\d+Z$/, "Z");
  return [whose, name, `${limit} ${currency ?? unit} per ${per}`, `${shown} (${share} %)`, renews];
}
