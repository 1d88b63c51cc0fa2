// Ends an async iterable when its signal fires, also one whose source never answers again.

/**
 * Passes `source` through. Once `signal` fires, the pending and every later `next` rejects with its reason, at once, and the source is told
 * to return without being waited for. One listener for the whole iteration, one promise for each event.
 */
export class Abortable<T> implements AsyncIterableIterator<T, void> {
  readonly #source: AsyncIterator<T, unknown>;
  readonly #signal: AbortSignal;
  #pending: PromiseWithResolvers<IteratorResult<T, void>> | undefined;
  #isOver = false;
  #hasLeft = false;

  constructor(source: AsyncIterable<T, unknown>, signal: AbortSignal) {
    this.#source = source[Symbol.asyncIterator]();
    this.#signal = signal;
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (!this.#isOver && this.#signal.aborted) this.#leave();
    const pending = Promise.withResolvers<IteratorResult<T, void>>();
    if (this.#isOver) {
      if (this.#hasLeft) pending.reject(this.#signal.reason);
      else pending.resolve({ done: true, value: undefined });
      return pending.promise;
    }
    this.#pending = pending;
    this.#source.next().then(this.#pass, this.#fail);
    return pending.promise;
  }

  async return(): Promise<IteratorResult<T, void>> {
    if (!this.#isOver) {
      this.#end();
      await this.#source.return?.();
    }
    return { done: true, value: undefined };
  }

  readonly #pass = (result: IteratorResult<T, unknown>): void => {
    if (result.done !== true) {
      this.#pending?.resolve(result);
      return;
    }
    this.#end();
    this.#pending?.resolve({ done: true, value: undefined });
  };

  readonly #fail = (error: unknown): void => {
    this.#end();
    this.#pending?.reject(this.#signal.aborted ? this.#signal.reason : error);
  };

  readonly #abort = (): void => {
    this.#leave();
    this.#pending?.reject(this.#signal.reason);
  };

  #leave(): void {
    if (this.#isOver) return;
    this.#hasLeft = true;
    this.#end();
    // Nobody waits for the source any more; how its cleaning up ends is its own affair.
    this.#source.return?.().then(undefined, () => undefined);
  }

  #end(): void {
    this.#isOver = true;
    this.#signal.removeEventListener("abort", this.#abort);
  }
}
