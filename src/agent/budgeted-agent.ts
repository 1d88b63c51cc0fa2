// An agent with budgets: its turns and model calls are taken from them, and refused when one is spent, those in the middle of a turn too.

import type { UsageStore } from "../model/budget/budget.ts";
import type { BudgetScope } from "../model/budget/budget-scope.ts";
import { metered, spendUsage } from "../model/budget/metered.ts";
import type { ChatModel, ChatRequest, ModelEvent } from "../model/contract.ts";
import { ModelError } from "../model/contract.ts";
import type { Agent, AgentEvent, AgentPrompt } from "./contract.ts";

/** Its turns, taken from `budget` as they begin. What they took of it and of its models' budgets is stored before they end. */
export function budgetedAgent(agent: Agent, budget: BudgetScope, store: Pick<UsageStore, "flush">): Agent {
  return {
    name: agent.name,
    refusedFile: (files) => agent.refusedFile(files),
    answer: (prompt, signal) => answer(agent, { budget, store }, prompt, signal),
  };
}

async function* answer(
  agent: Agent,
  { budget, store }: { readonly budget: BudgetScope; readonly store: Pick<UsageStore, "flush"> },
  prompt: AgentPrompt,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  // One that was admitted before the budget was spent, and waited.
  const spent = budget.spent();
  if (spent !== undefined) {
    await store.flush();
    yield spentEnd(spent);
    return;
  }
  budget.turn();
  for await (const event of agent.answer(prompt, signal)) {
    if (event.type === "end") await store.flush();
    yield event;
  }
}

function spentEnd({ reason: message, retryAfterS }: NonNullable<ReturnType<BudgetScope["spent"]>>): AgentEvent {
  return { type: "end", outcome: { ok: false, failure: { kind: "model", error: "spent", message, retryAfterS } } };
}

/** Its model, each call of which is taken from `budget`. A call is refused once the budget is spent, and never cut. */
export function budgetedModel(model: ChatModel, budget: BudgetScope): ChatModel {
  if (budget.isUnlimited) return model;
  return {
    get config() {
      return model.config;
    },
    chat: (request, signal) => call(model, budget, request, signal),
    contextTokens: () => model.contextTokens(),
    sees: () => model.sees(),
    look: (signal) => model.look(signal),
    health: () => model.health(),
    onHealthChange: (listener) => model.onHealthChange(listener),
  };
}

async function* call(
  model: ChatModel,
  budget: BudgetScope,
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const spent = budget.spentOnCalls();
  if (spent !== undefined) throw new ModelError("spent", spent.reason, { retryAfterS: spent.retryAfterS });
  const names = { name: model.config.name, provider: "" };
  const given = { request, model: names, price: model.config.price };
  yield* metered(model.chat(request, signal), given, (usage) => spendUsage(budget, usage));
}
