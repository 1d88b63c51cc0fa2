// Joins text: one timer for all streams of the process, armed only while some stream has text waiting.
// What goes out first is joined, too, but only with what is said in the same turn of the event loop: a write for each piece costs more than the rest of it.

export const joinMs = 25;

export class TextBatch {
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #soon = new Set<() => void>();
  #immediate: ReturnType<typeof setImmediate> | undefined;

  /** Calls `flush` once, within 25 ms. */
  add(flush: () => void): void {
    this.#waiting.add(flush);
    this.#timer ??= setTimeout(this.#fire, joinMs);
  }

  /** Calls `flush` once, before anything is waited for. */
  addSoon(flush: () => void): void {
    this.#soon.add(flush);
    this.#immediate ??= setImmediate(this.#fireSoon);
  }

  remove(flush: () => void): void {
    this.#waiting.delete(flush);
    this.#soon.delete(flush);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    this.#waiting.clear();
    this.#soon.clear();
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    callAll(this.#waiting);
  };

  readonly #fireSoon = (): void => {
    this.#immediate = undefined;
    callAll(this.#soon);
  };
}

function callAll(waiting: Set<() => void>): void {
  const flushes = [...waiting];
  waiting.clear();
  for (const flush of flushes) flush();
}
