// When a cron expression or a date comes due, in a time zone: the one place that knows the library for it.

import { Cron } from "croner";
import { localOffsets, zoneOffsets } from "./zone/zone-file.ts";
import type { ZoneOffsets } from "./zone/zone-offsets.ts";

/** A series of instants, in ms since 1970. */
export interface DueTimes {
  /** The first after `afterMs`; undefined: there is none. */
  next(afterMs: number): number | undefined;
  /** The last at or before `untilMs`; undefined: there is none. */
  last(untilMs: number): number | undefined;
}

/**
 * Throws an `Error` that says what is wrong. A time that the clock leaps over in spring comes due right after the leap, one that it passes twice in
 * autumn the first time only; what is due each so many minutes goes on in both.
 */
export function cronTimes(expression: string, timezone: string | undefined, zone = offsetsOf(timezone)): DueTimes {
  const options = timezone === undefined ? {} : { timezone };
  // Made for its complaints: it is made again where it is asked.
  new Cron(expression, { ...options, paused: true });
  const exact = () => keptCron(expression, options);
  if (zone === undefined)
    return { next: (afterMs) => nextOf(exact())(afterMs), last: (untilMs) => lastOf(exact())(untilMs) };
  const steady = new SteadyTimes(expression, zone);
  return {
    next: (afterMs) => steady.ask(nextOf, afterMs) ?? steady.orNearest(nextOf, exact, afterMs),
    last: (untilMs) => steady.ask(lastOf, untilMs) ?? steady.orNearest(lastOf, exact, untilMs),
  };
}

type Ask = (cron: Cron) => (ms: number) => number | undefined;

const nextOf: Ask = (cron) => (afterMs) => cron.nextRun(new Date(afterMs))?.getTime();
// The library looks for what is before a whole second.
const lastOf: Ask = (cron) => (untilMs) =>
  cron.previousRuns(1, new Date(Math.floor(untilMs / 1000) * 1000 + 1000))[0]?.getTime();

const minuteMs = 60_000;
/** No clock is set by more at once: this far from a change the library has nothing to decide. */
const marginMs = 86_400_000;

const kept = new Map<string, Cron>();
/** One takes 80 KB, for every year to come, and is made in a fraction of a millisecond. */
const mostKept = 4;

/** Those that were asked last are shared: many agents have one schedule. Throws when the expression is wrong. */
function keptCron(expression: string, options: { readonly timezone?: string; readonly utcOffset?: number }): Cron {
  const key = JSON.stringify([expression, options]);
  const cron = kept.get(key) ?? new Cron(expression, { ...options, paused: true });
  kept.delete(key);
  kept.set(key, cron);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return cron;
}

/** The library asked at a fixed distance from UTC, which needs nothing of the runtime's own zones. */
class SteadyTimes {
  readonly #expression: string;
  readonly #zone: ZoneOffsets;

  constructor(expression: string, zone: ZoneOffsets) {
    this.#expression = expression;
    this.#zone = zone;
  }

  /** Undefined where the clock changes between the question and the answer, or near either of them. */
  ask(ask: Ask, ms: number): number | undefined {
    const dueMs = this.#isSteady(ms, ms) ? this.#nearest(ask, ms) : undefined;
    return dueMs !== undefined && this.#isSteady(ms, dueMs) ? dueMs : undefined;
  }

  /** As `exact` says. The system may know zones that are younger than the runtime: of those the distance of now is taken. */
  orNearest(ask: Ask, exact: () => Cron, ms: number): number | undefined {
    try {
      return ask(exact())(ms);
    } catch (error) {
      const nearest = this.#nearest(ask, ms);
      if (nearest === undefined) throw error;
      return nearest;
    }
  }

  #isSteady(oneMs: number, otherMs: number): boolean {
    const [fromMs, untilMs] = [Math.min(oneMs, otherMs) - marginMs, Math.max(oneMs, otherMs) + marginMs];
    return this.#zone.steadyMs(fromMs, untilMs) !== undefined;
  }

  #nearest(ask: Ask, ms: number): number | undefined {
    const offsetMs = this.#zone.steadyMs(ms, ms);
    if (offsetMs === undefined || offsetMs % minuteMs !== 0) return undefined;
    return ask(keptCron(this.#expression, { utcOffset: offsetMs / minuteMs }))(ms);
  }
}

function offsetsOf(timezone: string | undefined): ZoneOffsets | undefined {
  return timezone === undefined ? localOffsets() : zoneOffsets(timezone);
}

/** The instant that a date and time means; without an offset in the zone, or in the machine's. Undefined for what is none. */
export function instantOf(text: string, timezone: string | undefined): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text)) return undefined;
  const iso = text.replace(" ", "T");
  if (!isDay(iso.slice(0, 10))) return undefined;
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(iso)) return finite(Date.parse(iso));
  try {
    const [date = "", time = ""] = iso.split("T");
    const whole = `${date}T${time.split(".")[0]?.length === 5 ? `${time}:00` : time.split(".")[0]}`;
    return cronTimes(whole, timezone).next(0);
  } catch {
    return undefined; // No such day, hour or zone.
  }
}

/** Whether the machine knows a zone of this name. */
export function isTimezone(name: string): boolean {
  if (zoneOffsets(name) !== undefined) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Dates roll over: the 30th of February would be a day in March. */
function isDay(date: string): boolean {
  const at = new Date(`${date}T00:00:00Z`);
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(date);
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
