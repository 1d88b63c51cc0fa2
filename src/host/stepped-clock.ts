// How old a thing is, though the clock that stamped it was set meanwhile: a machine without a clock of its own is told the time after it has
// started, and others are told a wrong one for a while.

/** What was stamped before then was stamped by a clock that was not set yet: its age means nothing. */
export const earliestPlausibleMs = Date.UTC(2026, 0, 1);
/** Less is no step that a time to live would notice. */
const smallestStepMs = 5_000;

interface Step {
  /** By the clock before the step: the first and the last moment that this process saw of it. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly byMs: number;
}

/** Bounded: what is older than so many steps counts as it stands. */
const maxSteps = 100;

export class SteppedClock {
  readonly #wall: () => number;
  readonly #steady: () => number;
  readonly #steps: Step[] = [];
  #offset: number;
  #fromMs: number;

  /** @param steady milliseconds of a clock that nobody sets */
  constructor(wall = () => Date.now(), steady = () => performance.now()) {
    this.#wall = wall;
    this.#steady = steady;
    this.#offset = wall() - steady();
    this.#fromMs = wall();
  }

  /** Of what was stamped so, in ms, never less than 0; undefined when nobody can know. */
  ageMs(stampedMs: number): number | undefined {
    this.#noteStep();
    if (stampedMs < earliestPlausibleMs && !this.#isOfUnsetClock(stampedMs)) return undefined;
    return Math.max(0, this.#wall() - this.#corrected(stampedMs));
  }

  /** A clock that was set shows another distance to one that nobody sets. */
  #noteStep(): void {
    const offset = this.#wall() - this.#steady();
    const byMs = offset - this.#offset;
    if (Math.abs(byMs) < smallestStepMs) return;
    const untilMs = this.#offset + this.#steady();
    this.#steps.push({ fromMs: this.#fromMs, untilMs, byMs });
    if (this.#steps.length > maxSteps) this.#steps.shift();
    this.#offset = offset;
    this.#fromMs = untilMs + byMs;
  }

  #isOfUnsetClock(stampedMs: number): boolean {
    return this.#steps.some(({ fromMs, untilMs }) => stampedMs >= fromMs && stampedMs <= untilMs);
  }

  /**
   * The stamp by the clock as it goes now. What was stamped before this process began went by the clock that a step forward left; that a
   * clock which was ahead had been so before, too, nobody knows: then it counts as it stands.
   */
  #corrected(stampedMs: number): number {
    let at = stampedMs;
    let isOfOurs = false;
    for (const { fromMs, untilMs, byMs } of this.#steps) {
      isOfOurs ||= at <= untilMs && (byMs > 0 || at >= fromMs);
      if (isOfOurs) at += byMs;
    }
    return at;
  }
}

/** This process's. */
export const steppedClock = new SteppedClock();
