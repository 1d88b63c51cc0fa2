// Who waits for a turn, in order of coming: one has it at a time.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects as `work` does, or with the signal's reason when that fires before its turn. */
  take(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const before = this.#last;
    const mine = (async () => {
      await before;
      signal.throwIfAborted();
      await work();
    })();
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
