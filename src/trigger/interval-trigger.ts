// Triggers at an interval, `every`: waited for by the steady clock, so that setting the clock on the wall neither adds nor drops a tick.

import { missedReason, type TimedParts } from "./wall-trigger.ts";

export class IntervalTrigger {
  readonly #parts: TimedParts;
  readonly #everyMs: number;
  /** By the steady clock. */
  #dueMs = 0;
  #cancel: (() => void) | undefined;

  constructor(everyMs: number, parts: TimedParts) {
    this.#everyMs = everyMs;
    this.#parts = parts;
  }

  /** Goes on where it was when the process before ended. Throws what the store throws. */
  start(): void {
    const { store, key, spec, clock } = this.#parts;
    const nowMs = clock.wallMs();
    const cursorMs = store.schedules.cursorMs(key, spec);
    if (cursorMs === undefined) store.schedules.setCursor(key, spec, nowMs);
    // A clock that was set back says nothing of how long it was.
    const elapsedMs = Math.max(0, nowMs - (cursorMs ?? nowMs));
    const missed = Math.floor(elapsedMs / this.#everyMs);
    if (missed > 0) this.#makeUp((cursorMs ?? nowMs) + missed * this.#everyMs, missed);
    this.#dueMs = clock.steadyMs() + this.#everyMs - (elapsedMs % this.#everyMs);
    this.#wait();
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Milliseconds since 1970. */
  nextMs(): number {
    const { clock } = this.#parts;
    return clock.wallMs() + Math.max(0, this.#dueMs - clock.steadyMs());
  }

  #makeUp(lastMs: number, missed: number): void {
    const { store, key, spec, line, catchUp } = this.#parts;
    const moved = (): void => store.schedules.setCursor(key, spec, lastMs);
    const times = missed - (catchUp === "last" ? 1 : 0);
    if (times > 0) {
      const dueMs = catchUp === "last" ? lastMs - this.#everyMs : lastMs;
      line.missed({ dueMs, times, reason: missedReason }, catchUp === "last" ? () => undefined : moved);
    }
    if (catchUp === "last") line.tick({ dueMs: lastMs, reason: "Made up for what was missed" }, moved);
  }

  #wait(): void {
    const { clock } = this.#parts;
    this.#cancel = clock.after(Math.max(0, this.#dueMs - clock.steadyMs()), () => this.#look());
  }

  #look(): void {
    const { clock, store, key, spec, line } = this.#parts;
    const lateMs = clock.steadyMs() - this.#dueMs;
    if (lateMs >= 0) {
      const nowMs = clock.wallMs();
      this.#dueMs += this.#everyMs * (1 + Math.floor(lateMs / this.#everyMs));
      line.tick({ dueMs: nowMs }, () => store.schedules.setCursor(key, spec, nowMs));
    }
    this.#wait();
  }
}
