// The keys of budgets and prices.

import * as z from "zod/mini";
import { choice, count, fields, number, part, text } from "./fields.ts";
import { countPattern, parseCount } from "./units.ts";
import { later } from "./later.ts";

const currency = "a currency by its three letters, such as USD";

function currencyText(description: string, need: string) {
  return text({ description, need }, currency, /^[A-Z]{3}$/);
}

const amount = "a number above 0, also as 200k or 1M (base 1000)";

function limit() {
  const digits = z.number({ error: amount }).check(z.positive({ error: amount }), z.lte(1e15, { error: amount }));
  const short = z.string({ error: amount }).check(
    z.regex(countPattern, { error: amount }),
    z.refine((value) => (parseCount(value) ?? 0) > 0, { error: amount }),
  );
  return z
    .pipe(
      z.union([digits, short], { error: amount }),
      z.transform((value: number | string) => (typeof value === "number" ? value : (parseCount(value) ?? 1))),
    )
    .register(fields, { description: "How much.", need: "yes", unit: "`200k` `1M` (base 1000), or `2.50`" });
}

export const priceSchema = later(() =>
  z.strictObject(
    {
      currency: currencyText("Of the amounts.", "yes"),
      input: number({ description: "What tokens cost that the model reads.", need: "yes" }, 0, 1e9),
      output: number({ description: "What tokens cost that the model writes.", need: "yes" }, 0, 1e9),
      cached_input: z.optional(
        number(
          { description: "What tokens cost that the provider had in its cache.", defaultText: "as `input`" },
          0,
          1e9,
        ),
      ),
      per: z.optional(count({ description: "For how many tokens the amounts are.", default: "1M" }, 1, 1_000_000_000)),
    },
    { error: "a map with currency, input, output and per" },
  ),
);

export const budgetSchema = later(() =>
  z.strictObject(
    {
      limit: limit(),
      unit: choice({ description: "What is limited. `cost` needs the price of each model.", need: "yes" }, [
        "tokens",
        "turns",
        "cost",
      ]),
      per: choice({ description: "How long, by the machine's calendar.", need: "yes" }, ["hour", "day", "month"]),
      currency: z.optional(currencyText("Of a `cost`.", "with `unit: cost`")),
    },
    { error: "a map with limit, unit and per, such as { limit: 200k, unit: tokens, per: day }" },
  ),
);

export function budgets(description: string) {
  const accepted = "a list of budgets, such as [{ limit: 200k, unit: tokens, per: day }]";
  return part({ description, defaultText: "none" }, () =>
    z.array(budgetSchema, { error: accepted }).check(z.maxLength(8, { error: "a list of up to 8 budgets" })),
  );
}

export type BudgetKeys = z.infer<typeof budgetSchema>;
export type PriceKeys = z.infer<typeof priceSchema>;
