// When the model or NATS was taken away during a soak: what was under way then is judged by other rules.

export type Disturbance = "model" | "nats";

interface Span {
  readonly kind: Disturbance;
  readonly from: number;
  until: number;
}

export class Disturbances {
  readonly #spans: Span[] = [];

  /** `act` takes something away, brings it back, and resolves when all is well again. Rejects as it does. */
  async during(kind: Disturbance, act: () => Promise<unknown>): Promise<void> {
    const span = { kind, from: performance.now(), until: Infinity };
    this.#spans.push(span);
    try {
      await act();
    } finally {
      span.until = performance.now();
    }
  }

  /** What was away at some time since. */
  since(from: number): ReadonlySet<Disturbance> {
    return new Set(this.#spans.filter(({ until }) => until >= from).map(({ kind }) => kind));
  }

  count(kind: Disturbance): number {
    return this.#spans.filter((span) => span.kind === kind).length;
  }

  /** Ms since NATS was last back, after `from`; 0 while it is away, undefined when it has not been away since. */
  sinceNatsIsBack(from: number): number | undefined {
    const spans = this.#spans.filter(({ kind, until }) => kind === "nats" && until >= from);
    if (spans.length === 0) return undefined;
    return Math.max(0, performance.now() - Math.max(...spans.map(({ until }) => until)));
  }
}
