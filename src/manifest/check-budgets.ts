// Rules between budgets and prices: what is limited by its cost must have one.

import type { Declared } from "./declared.ts";
import { quoted } from "./describe-value.ts";
import type { FileScope } from "./file-scope.ts";
import { asRaw, type Raw } from "./parsed-file.ts";
import type { Path } from "./yaml-tree.ts";

/** `owner`: the keys of an agent or a model as they are written. `isModel`: turns are an agent's. */
export function checkBudgets(owner: Raw, path: Path, scope: FileScope, isModel: boolean): void {
  for (const [index, budget] of listOf(owner["budget"]).entries()) {
    const here = [...path, "budget", index];
    if (budget["unit"] === "cost" && !("currency" in budget))
      scope.keyProblem(here, "The key currency is missing, accepted a currency by its three letters, such as USD");
    if (budget["unit"] !== "cost" && "currency" in budget)
      scope.keyProblem([...here, "currency"], "Found currency without unit: cost, accepted with that only");
    if (isModel && budget["unit"] === "turns")
      scope.problem([...here, "unit"], 'Found "turns" of a model, accepted tokens or cost; turns are of agents');
    if (isModel) checkPrice(budget, owner, here, scope);
  }
}

/** `price`: of the model that `budget` is a limit of. */
function checkPrice(budget: Raw, model: Raw, path: Path, scope: FileScope): void {
  if (budget["unit"] !== "cost") return;
  const price = asRaw(model["price"]);
  if (!("price" in model)) scope.problem([...path, "unit"], "Found cost of a model without price: add its price");
  else if (typeof budget["currency"] === "string" && price["currency"] !== budget["currency"])
    scope.problem([...path, "currency"], "Found another currency than that of the model's price");
}

/**
 * What an agent may cost is known only when all that its models cost is. `layers`: the agent's keys, then the defaults that hold for it.
 */
export function checkCosts(layers: readonly Raw[], path: Path, scope: FileScope, declared: Declared): void {
  const budgets = listOf(layers.find((layer) => "budget" in layer)?.["budget"]);
  const chain = layers.find((layer) => "model" in layer)?.["model"];
  const models = Array.isArray(chain) ? chain : [chain];
  for (const [index, { unit, currency }] of budgets.entries()) {
    if (unit !== "cost" || typeof currency !== "string") continue;
    const unpriced = models.filter((model) => typeof model === "string" && declared.currencies.get(model) !== currency);
    if (unpriced.length === 0) continue;
    const isOwn = layers[0] !== undefined && "budget" in layers[0];
    const names = unpriced.map((name) => quoted(String(name))).join(", ");
    scope.problem(
      isOwn ? [...path, "budget", index] : path,
      `Found a budget of cost in ${currency}, and no price in ${currency} of ${names}; accepted models under models with a price, 0 for what is free`,
    );
  }
}

/** What is no list, or no map in it, the schema tells of. */
export function listOf(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.map(asRaw) : [];
}
