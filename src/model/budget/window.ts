// The spans of time that a budget is given for: hours, days and months of the machine's own calendar.

export type BudgetPeriod = "hour" | "day" | "month";

export interface BudgetWindow {
  /** Names the window: equal keys are the same one. */
  readonly key: string;
  /** When the next one begins, in ms since 1970. */
  readonly endsAt: number;
}

/** The window that an instant (ms since 1970) is in. Days are as long as the local clock makes them. */
export function windowAt(per: BudgetPeriod, nowMs: number): BudgetWindow {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  switch (per) {
    case "hour": {
      const startsAt = Math.floor(nowMs / hourMs) * hourMs;
      return { key: new Date(startsAt).toISOString().slice(0, 13), endsAt: startsAt + hourMs };
    }
    case "day":
      return { key: keyOf(year, month, day), endsAt: new Date(year, month, day + 1).getTime() };
    case "month":
      return { key: keyOf(year, month), endsAt: new Date(year, month + 1, 1).getTime() };
  }
}

const hourMs = 3_600_000;

function keyOf(year: number, month: number, day?: number): string {
  const parts = [String(year), two(month + 1), ...(day === undefined ? [] : [two(day)])];
  return parts.join("-");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
