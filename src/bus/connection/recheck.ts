// Looks again whether something is still forbidden: soon at first, then ever less often. A server never says that it allows more.

const delaysMs: readonly number[] = [1_000, 2_000, 4_000, 8_000];
const longestMs = 15_000;

export class Recheck {
  readonly #isOver: () => Promise<boolean>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  /** `isOver`: looks, and says whether there is nothing more to look for. Must not reject. */
  constructor(isOver: () => Promise<boolean>) {
    this.#isOver = isOver;
  }

  /** Goes on until it is over or stopped. May be called while it does. */
  start(): void {
    this.#timer ??= setTimeout(() => void this.#look(), delaysMs[this.#round++] ?? longestMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#round = 0;
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    const isOver = await this.#isOver();
    if (this.#timer !== timer) return; // Stopped meanwhile.
    this.#timer = undefined;
    if (isOver) this.#round = 0;
    else this.start();
  }
}
