// When a cron expression or a date comes due, in a time zone: the one place that knows the library for it.

import { Cron } from "croner";

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
export function cronTimes(expression: string, timezone: string | undefined): DueTimes {
  const cron = new Cron(expression, { paused: true, ...(timezone === undefined ? {} : { timezone }) });
  return {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    // The library looks for what is before a whole second.
    last: (untilMs) => cron.previousRuns(1, new Date(Math.floor(untilMs / 1000) * 1000 + 1000))[0]?.getTime(),
  };
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
