import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type BudgetPeriod, windowAt } from "../../../../src/model/budget/window.ts";

const hourMs = 3_600_000;

/** By the calendar of the runtime alone. */
function plainly(per: BudgetPeriod, nowMs: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  return per === "day" ? new Date(year, month, day + 1).getTime() : new Date(year, month + 1, 1).getTime();
}

for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"]) {
  describe(`in ${zone}`, () => {
    const before = process.env.TZ;
    beforeAll(() => {
      process.env.TZ = zone;
    });
    afterAll(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });

    test("days and months end as the machine's calendar has it, also where its clock changes", () => {
      const start = Date.parse("2026-02-27T00:30:00Z");
      for (let ms = start; ms < start + 260 * 24 * hourMs; ms += 5 * hourMs) {
        expect(windowAt("day", ms).endsAt).toBe(plainly("day", ms));
        expect(windowAt("month", ms).endsAt).toBe(plainly("month", ms));
      }
    });
  });
}

test("a zone that no file tells of has the days of the runtime's own calendar", () => {
  const before = process.env.TZ;
  process.env.TZ = "Etc/GMT-7";
  try {
    expect(windowAt("day", Date.parse("2026-06-15T18:00:00Z"))).toEqual({
      key: "2026-06-16",
      endsAt: Date.parse("2026-06-16T17:00:00Z"),
    });
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});
