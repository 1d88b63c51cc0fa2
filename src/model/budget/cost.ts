// What a model call costs, by the manifest's prices.

import type { PriceConfig } from "../../manifest/manifest.ts";
import type { ModelUsage } from "../contract.ts";

export interface Cost {
  readonly amount: number;
  readonly currency: string;
}

/** Undefined: the model has no price, which is not the same as costing nothing. */
export function costOf(
  usage: Pick<ModelUsage, "inputTokens" | "outputTokens" | "cachedTokens">,
  price: PriceConfig | undefined,
): Cost | undefined {
  if (price === undefined) return undefined;
  const cached = Math.min(usage.cachedTokens ?? 0, usage.inputTokens);
  const fresh = usage.inputTokens - cached;
  const sum = fresh * price.input + cached * (price.cachedInput ?? price.input) + usage.outputTokens * price.output;
  return { amount: sum / price.perTokens, currency: price.currency };
}
