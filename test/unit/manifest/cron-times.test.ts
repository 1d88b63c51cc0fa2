import { describe, expect, test } from "bun:test";
import { Cron } from "croner";
import { cronTimes } from "../../../src/manifest/cron-times.ts";
import { zoneOffsets } from "../../../src/manifest/zone/zone-file.ts";

const dayMs = 86_400_000;
const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"];
const expressions = [
  "0 6 * * 1-5",
  "30 2 * * *",
  "*/10 * * * *",
  "15 1,2,3 * * *",
  "0 0 1 * *",
  "5 30 1 * * 7",
  "0 12 L * *",
];

/** Around the changes of 2026 in those zones, to the minute and to the week. */
const instants = [
  "2026-03-08T07:00Z",
  "2026-03-29T01:00Z",
  "2026-10-03T15:30Z",
  "2026-10-25T01:00Z",
  "2026-11-01T06:00Z",
]
  .map((text) => Date.parse(text))
  .flatMap((ms) =>
    [-40 * dayMs, -2 * dayMs, -dayMs - 1, -5_400_000, -1, 0, 61_234, 5_400_000, dayMs, 3 * dayMs].map((by) => ms + by),
  );

describe("times of a schedule", () => {
  for (const zone of zones) {
    test(`in ${zone} are those that the library makes of the runtime's own zones`, () => {
      for (const expression of expressions) {
        const cron = new Cron(expression, { paused: true, timezone: zone });
        const times = cronTimes(expression, zone);
        for (const ms of instants) {
          expect(times.next(ms)).toBe(cron.nextRun(new Date(ms))?.getTime());
          const second = new Date(Math.floor(ms / 1000) * 1000 + 1000);
          expect(times.last(ms)).toBe(cron.previousRuns(1, second)[0]?.getTime());
        }
      }
    }, 30_000);
  }

  test("far from a change of the clock need none of them", () => {
    // No zone of the runtime's, though the system has a file of it.
    const berlin = {
      steadyMs: (fromMs: number, untilMs: number) => (untilMs - fromMs < 9 * dayMs ? 3_600_000 : undefined),
    };
    const times = cronTimes("0 6 * * *", "Europe/Nowhere", berlin);
    expect(times.next(Date.parse("2026-11-23T04:59:59Z"))).toBe(Date.parse("2026-11-23T05:00:00Z"));
    expect(times.last(Date.parse("2026-11-23T04:59:59Z"))).toBe(Date.parse("2026-11-22T05:00:00Z"));
  });

  test("of a zone that the runtime does not know are those of its present distance from UTC, near a change, too", () => {
    const changing = { steadyMs: (fromMs: number, untilMs: number) => (fromMs === untilMs ? 3_600_000 : undefined) };
    const times = cronTimes("0 6 * * *", "Europe/Nowhere", changing);
    expect(times.next(Date.parse("2026-11-23T04:59:59Z"))).toBe(Date.parse("2026-11-23T05:00:00Z"));
  });
});

test("zones are files of the system only by names of places, and UTC", () => {
  expect(zoneOffsets("UTC")?.steadyMs(0, Date.now())).toBe(0);
  for (const name of [
    "europe/berlin",
    "Europe/../Europe/Berlin",
    "../../etc/passwd",
    "localtime",
    "posix/Europe/Berlin",
    "",
  ])
    expect(zoneOffsets(name)).toBeUndefined();
});
