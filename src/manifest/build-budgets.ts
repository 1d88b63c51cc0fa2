// Budgets and prices of the effective manifest, and back into the manifest's own words.

import type { BudgetConfig, PriceConfig } from "./manifest.ts";
import type { BudgetKeys, PriceKeys } from "./schema-budget.ts";

const usualTokens = 1_000_000;

export function buildPrice({ currency, input, output, cached_input, per }: PriceKeys): PriceConfig {
  const cached = cached_input === undefined ? {} : { cachedInput: cached_input };
  return { currency, input, ...cached, output, perTokens: per ?? usualTokens };
}

export function buildBudget({ limit, unit, per, currency }: BudgetKeys): BudgetConfig {
  return { limit, unit, per, ...(currency === undefined ? {} : { currency }) };
}

export function pricePlain({ currency, input, output, cachedInput, perTokens }: PriceConfig): Record<string, unknown> {
  const cached = cachedInput === undefined ? {} : { cached_input: cachedInput };
  return { currency, input, output, ...cached, per: perTokens };
}
