// Joins text: one timer for all streams of the process, armed only while some stream has text waiting.

export const joinMs = 25;

export class TextBatch {
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `flush` once, within 25 ms. */
  add(flush: () => void): void {
    this.#waiting.add(flush);
    this.#timer ??= setTimeout(this.#fire, joinMs);
  }

  remove(flush: () => void): void {
    this.#waiting.delete(flush);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    const flushes = [...this.#waiting];
    this.#waiting.clear();
    for (const flush of flushes) flush();
  };
}
