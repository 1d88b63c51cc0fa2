// Triggers by the clock on the wall, `cron` and `at`: each of their ticks is run once, whatever becomes of the clock.

import type { DueTimes } from "../manifest/cron-times.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Clock } from "./clock.ts";
import type { RunLine } from "./run-line.ts";
import type { TriggerKey } from "./store/run-record.ts";
import type { RunStore } from "./store/run-store.ts";
import type { TakenRange } from "./store/schedules.ts";

/** The clock is looked at again after so long at most: it may have been set. */
const lookAgainMs = 30_000;
/** A tick that is found later than this was missed: the machine slept, or its clock was set forward. */
const graceMs = 60_000;
const mostCounted = 1_000;

export interface TimedParts {
  readonly key: TriggerKey;
  /** What makes the schedule: with another one, nothing was missed. */
  readonly spec: string;
  readonly catchUp: "none" | "last";
  readonly clock: Clock;
  readonly store: RunStore;
  readonly line: Pick<RunLine, "tick" | "missed">;
  readonly log: Logger;
}

export class WallTrigger {
  readonly #parts: TimedParts;
  readonly #times: DueTimes;
  /** Ticks up to here were seen to. */
  #cursorMs = 0;
  #cancel: (() => void) | undefined;

  constructor(times: DueTimes, parts: TimedParts) {
    this.#times = times;
    this.#parts = parts;
  }

  /** `isHandover`: another of its name was at work until now, and nothing was missed. Throws what the store throws. */
  start(isHandover: boolean): void {
    const { store, key, spec, clock } = this.#parts;
    const nowMs = clock.wallMs();
    const known = store.schedules.cursorMs(key, spec);
    if (known === undefined) store.schedules.setCursor(key, spec, nowMs);
    this.#cursorMs = known ?? nowMs;
    this.#look(!isHandover);
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Milliseconds since 1970; undefined: never. */
  nextMs(): number | undefined {
    return this.#times.next(this.#parts.clock.wallMs());
  }

  #look(isStart: boolean): void {
    const { clock, log } = this.#parts;
    const nowMs = clock.wallMs();
    if (nowMs < this.#cursorMs) {
      log.warn("The clock went back; ticks that were run are not run again", { byS: (this.#cursorMs - nowMs) / 1000 });
      this.#cursorMs = nowMs;
    }
    const lastMs = this.#times.last(nowMs);
    if (lastMs !== undefined && lastMs > this.#cursorMs) this.#due(lastMs, isStart || nowMs - lastMs > graceMs);
    const nextMs = this.#times.next(nowMs);
    const waitMs = nextMs === undefined ? lookAgainMs : Math.min(lookAgainMs, nextMs - clock.wallMs());
    this.#cancel = clock.after(Math.max(1, waitMs), () => this.#look(false));
  }

  /** `lastMs` is the last tick that is due; there may be more of them before. */
  #due(lastMs: number, isLate: boolean): void {
    const { store, key, line, catchUp, spec } = this.#parts;
    const ranges = store.schedules.takenRanges(key);
    const missedMs = this.#ticks(this.#cursorMs, lastMs).filter((tick) => !isTaken(ranges, tick));
    this.#cursorMs = lastMs;
    const moved = (): void => store.schedules.setCursor(key, spec, lastMs);
    if (isTaken(ranges, lastMs)) return;
    const isRun = !isLate || catchUp === "last";
    const times = missedMs.length - (isRun ? 1 : 0);
    if (times > 0) {
      // The cursor moves with the run that is to come: one that a crash takes is made up for then.
      const dueMs = missedMs.at(isRun ? -2 : -1) ?? lastMs;
      line.missed({ dueMs, times, reason: missedReason }, isRun ? () => undefined : moved);
    }
    if (!isRun) return;
    line.tick({ dueMs: lastMs, ...(isLate ? { reason: "Made up for what was missed" } : {}) }, () => {
      store.schedules.take(key, lastMs, this.#follows(ranges, lastMs));
      moved();
    });
  }

  /** Of very many not all are there, but the last are. */
  #ticks(afterMs: number, untilMs: number): number[] {
    const ticks: number[] = [];
    for (let tick = this.#times.next(afterMs); tick !== undefined && tick < untilMs; tick = this.#times.next(tick)) {
      if (ticks.length === mostCounted) return [...ticks.slice(1), this.#times.last(untilMs - 1) ?? tick, untilMs];
      ticks.push(tick);
    }
    return [...ticks, untilMs];
  }

  #follows(ranges: readonly TakenRange[], tickMs: number): TakenRange | undefined {
    return ranges.find(({ lastMs }) => lastMs < tickMs && this.#times.next(lastMs) === tickMs);
  }
}

export const missedReason = "Nobody could run it when it was due";

function isTaken(ranges: readonly TakenRange[], tickMs: number): boolean {
  return ranges.some(({ firstMs, lastMs }) => tickMs >= firstMs && tickMs <= lastMs);
}
