import { expect, test } from "bun:test";
import { formatTimestamp, parseTimestamp } from "../../../src/protocol/timestamp.ts";

const noon = Date.UTC(2026, 7, 28, 12);

test("a time is read to its fraction, in UTC", () => {
  expect(parseTimestamp("2026-08-28T12:00:00Z")).toBe(noon);
  expect(parseTimestamp("2026-08-28T12:00:00.25Z")).toBe(noon + 250);
  expect(parseTimestamp("2026-08-28T12:00:00.123456789Z")).toBeCloseTo(noon + 123.456789, 3);
  expect(parseTimestamp("2026-08-28T12:00:00+00:00")).toBe(noon);
});

for (const text of ["", "2026-08-28", "2026-08-28T12:00:00", "2026-08-28 12:00:00Z", "2026-08-28T12:00:00.Z"]) {
  test(`"${text}" is no time`, () => expect(parseTimestamp(text)).toBeUndefined());
}

for (const text of ["2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-08-28T25:00:00Z", "2026-08-28T12:61:00Z"]) {
  test(`"${text}" names a moment that there is not`, () => expect(parseTimestamp(text)).toBeUndefined());
}

test("a time is written to the second", () => {
  expect(formatTimestamp(noon + 999)).toBe("2026-08-28T12:00:00Z");
});
