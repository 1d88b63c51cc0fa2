// The spans of time that a budget is given for: hours, days and months of the machine's own calendar.

import { localOffsets } from "../../manifest/zone/zone-file.ts";

export type BudgetPeriod = "hour" | "day" | "month";

export interface BudgetWindow {
  /** Names the window: equal keys are the same one. */
  readonly key: string;
  /** When the next one begins, in ms since 1970. */
  readonly endsAt: number;
}

/** The window that an instant (ms since 1970) is in. Days are as long as the local clock makes them. */
export function windowAt(per: BudgetPeriod, nowMs: number): BudgetWindow {
  const [year, month, day] = dayOf(nowMs);
  switch (per) {
    case "hour": {
      const startsAt = Math.floor(nowMs / hourMs) * hourMs;
      return { key: new Date(startsAt).toISOString().slice(0, 13), endsAt: startsAt + hourMs };
    }
    case "day":
      return { key: keyOf(year, month, day), endsAt: startOf(year, month, day + 1) };
    case "month":
      return { key: keyOf(year, month), endsAt: startOf(year, month + 1, 1) };
  }
}

const hourMs = 3_600_000;
/** No local date is farther from the same one of UTC. */
const marginMs = 48 * hourMs;

function dayOf(ms: number): readonly [year: number, month: number, day: number] {
  const offsetMs = localOffsets()?.steadyMs(ms, ms);
  const at = new Date(ms + (offsetMs ?? 0));
  return offsetMs === undefined
    ? [at.getFullYear(), at.getMonth(), at.getDate()]
    : [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
}

/** Near a change of the clock the runtime's calendar says when a day begins. */
function startOf(year: number, month: number, day: number): number {
  const inUtc = Date.UTC(year, month, day);
  const offsetMs = localOffsets()?.steadyMs(inUtc - marginMs, inUtc + marginMs);
  return offsetMs === undefined ? new Date(year, month, day).getTime() : inUtc - offsetMs;
}

function keyOf(year: number, month: number, day?: number): string {
  const parts = [String(year), two(month + 1), ...(day === undefined ? [] : [two(day)])];
  return parts.join("-");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
