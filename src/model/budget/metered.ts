// Watches one model call go by, and tells what it took: also of one that was stopped or broke off after its first text.

import { costOf } from "./cost.ts";
import type { PriceConfig } from "../../manifest/manifest.ts";
import type { ChatRequest, ModelEvent, ModelUsage } from "../contract.ts";
import { Meter } from "../meter.ts";
import type { BudgetScope } from "./budget-scope.ts";

type Names = Pick<ModelUsage, "provider"> & { readonly name: string };

/** Yields what the call yields, its usage with its cost where `price` is known. `onUsage` is called once at most: not when nothing came. */
export async function* metered(
  events: AsyncIterable<ModelEvent>,
  given: { readonly request: ChatRequest; readonly model: Names; readonly price: PriceConfig | undefined },
  onUsage: (usage: ModelUsage) => void,
): AsyncGenerator<ModelEvent, void, void> {
  const meter = new Meter();
  let isOpen = false;
  const priced = (usage: ModelUsage): ModelUsage => {
    const cost = usage.cost ?? costOf(usage, given.price);
    return cost === undefined ? usage : { ...usage, cost };
  };
  try {
    for await (const event of events) {
      if (event.type === "usage") {
        const usage = priced(event.usage);
        isOpen = false;
        onUsage(usage);
        yield { type: "usage", usage };
        continue;
      }
      if (event.type === "text" || event.type === "thinking") {
        isOpen = true;
        meter.pass(event.text);
      }
      yield event;
    }
  } finally {
    const unknown = { input: undefined, output: undefined };
    if (isOpen) onUsage(priced(meter.usage(given.model, given.request, unknown, "stop")));
  }
}

/** Takes a call's usage from a budget. */
export function spendUsage(scope: BudgetScope, usage: ModelUsage): void {
  scope.call(usage.inputTokens + usage.outputTokens, usage.cost);
}
