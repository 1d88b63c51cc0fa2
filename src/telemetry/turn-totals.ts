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
  const cached = calls.flatMap(({ cachedTokens }) => cachedTokens ?? []);
  return {
    inputTokens: sum(calls.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(calls.map(({ outputTokens }) => outputTokens)),
    ...(cached.length === 0 ? {} : { cachedTokens: sum(cached) }),
    estimated: calls.some(({ estimated }) => estimated),
    costs: costsOf(calls),
    unpricedCalls: calls.filter(({ cost }) => cost === undefined).length,
  };
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
