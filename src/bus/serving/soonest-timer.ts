// Acts once, at the soonest of the times that were wished for.

export class SoonestTimer {
  readonly #act: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(act: () => void) {
    this.#act = act;
  }

  within(timeoutMs: number): void {
    const dueMs = performance.now() + timeoutMs;
    if (dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(this.#act, timeoutMs);
  }

  /** It never acts any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }
}
