// Tells a child that works slowly from one that hangs: its event loop beats, and its steps grow.

export interface WatchdogBounds {
  /** Longest silence of a child that answers. */
  readonly silenceMs: number;
  /** Longest silence while it loads: its code comes from a slow card, and trying templates keeps it busy. */
  readonly loadSilenceMs: number;
  /** Longest time without a step while it beats: native code that came to a halt. */
  readonly stallMs: number;
}

export const watchdogBounds: WatchdogBounds = { silenceMs: 20_000, loadSilenceMs: 90_000, stallMs: 120_000 };

const checksPerBound = 5;

/** Pure but for the timer: `now` in ms, monotonic. */
export class Watchdog {
  readonly #bounds: WatchdogBounds;
  readonly #onHang: (what: string) => void;
  readonly #now: () => number;
  #timer: Timer | undefined;
  #heardAt = 0;
  #steppedAt = 0;
  #checkedAt = 0;
  #steps = -1;
  #isReady = false;

  constructor(bounds: WatchdogBounds, onHang: (what: string) => void, now: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#onHang = onHang;
    this.#now = now;
  }

  /** The child has work from now on. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#restartClock();
    this.#timer = setInterval(() => this.check(), this.#bounds.silenceMs / checksPerBound);
  }

  /** It has none any more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** It has loaded: from now on the stricter bounds hold. */
  ready(): void {
    this.#isReady = true;
    this.step();
  }

  /** A line of the child arrived; `steps` when it told them. */
  hear(steps?: number): void {
    this.#heardAt = this.#now();
    if (steps === undefined || steps === this.#steps) return;
    this.#steps = steps;
    this.#steppedAt = this.#heardAt;
  }

  /** Some other sign that native code moves: text, a new call. */
  step(): void {
    this.hear();
    this.#steppedAt = this.#now();
  }

  check(): void {
    const now = this.#now();
    const sinceCheck = now - this.#checkedAt;
    this.#checkedAt = now;
    // We slept ourselves (a suspended machine, a stopped process): what the child said meanwhile is still unread.
    if (sinceCheck > this.#bounds.silenceMs) {
      this.#restartClock();
      return;
    }
    const silence = this.#isReady ? this.#bounds.silenceMs : this.#bounds.loadSilenceMs;
    if (now - this.#heardAt > silence) this.#hang(`it gave no sign of life for ${silence / 1_000} s`);
    else if (this.#isReady && now - this.#steppedAt > this.#bounds.stallMs)
      this.#hang(`it did nothing for ${this.#bounds.stallMs / 1_000} s`);
  }

  #hang(what: string): void {
    this.stop();
    this.#onHang(what);
  }

  #restartClock(): void {
    this.#heardAt = this.#now();
    this.#steppedAt = this.#heardAt;
    this.#checkedAt = this.#heardAt;
  }
}
