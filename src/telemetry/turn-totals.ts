// What the model calls of a turn come to together. A count or a price that nobody knows is said as such: it is not zero.

export interface Cost {
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** Of one model call, as far as totals go. */
export interface CountedCall {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  readonly estimated: boolean;
  readonly cost?: Cost;
}

export interface TurnTotals {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of those calls whose provider says; absent: none does. */
  readonly cachedTokens?: number;
  /** Some of the tokens are guessed. */
  readonly estimated: boolean;
  /** One of each currency. */
  readonly costs: readonly Cost[];
  /** Calls whose price is not known. */
  readonly unpricedCalls: number;
}

export function turnTotals(calls: readonly CountedCall[]): TurnTotals {
  let [inputTokens, outputTokens, unpricedCalls] = [0, 0, 0];
  let cachedTokens: number | undefined;
  let estimated = false;
  for (const call of calls) {
    inputTokens += call.inputTokens;
    outputTokens += call.outputTokens;
    estimated ||= call.estimated;
    if (call.cachedTokens !== undefined) cachedTokens = (cachedTokens ?? 0) + call.cachedTokens;
    if (call.cost === undefined) unpricedCalls += 1;
  }
  const cached = cachedTokens === undefined ? {} : { cachedTokens };
  const costs = unpricedCalls === calls.length ? [] : costsOf(calls);
  return { inputTokens, outputTokens, ...cached, estimated, costs, unpricedCalls };
}

/** What is not known is said beside what is. */
export function costText({ costs, unpricedCalls }: Pick<TurnTotals, "costs" | "unpricedCalls">): string {
  const known = costs.map(({ amount, currency }) => `${Number(amount.toPrecision(4))} ${currency}`);
  return [...known, ...(unpricedCalls > 0 ? ["unknown"] : [])].join(" + ");
}

function costsOf(calls: readonly CountedCall[]): readonly Cost[] {
  const sums = new Map<string, number>();
  for (const { cost } of calls) {
    if (cost !== undefined) sums.set(cost.currency, (sums.get(cost.currency) ?? 0) + cost.amount);
  }
  return [...sums].map(([currency, amount]) => ({ amount, currency }));
}
