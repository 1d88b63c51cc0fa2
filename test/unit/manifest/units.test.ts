import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, formatSize, parseCount, parseDuration, parseSize } from "../../../src/manifest/units.ts";

describe("units", () => {
  test("durations are whole numbers of ms, s, m, h and d", () => {
    expect(["250ms", "10s", "5m", "12h", "30d"].map(parseDuration)).toEqual([
      250, 10_000, 300_000, 43_200_000, 2_592_000_000,
    ]);
  });

  test("sizes have base 1024 and counts base 1000", () => {
    expect(["512KB", "1MB", "2GB", "7B"].map(parseSize)).toEqual([524_288, 1_048_576, 2_147_483_648, 7]);
    expect(["200k", "1M"].map(parseCount)).toEqual([200_000, 1_000_000]);
  });

  test("what is no whole number with a unit is refused", () => {
    for (const text of ["", "10", "1.5s", "-1s", "1 s", "1S", "1h30m", "s", "9".repeat(30) + "d"]) {
      expect(parseDuration(text)).toBeUndefined();
    }
    for (const text of ["1mb", "1 MB", "1MiB", "-1B"]) expect(parseSize(text)).toBeUndefined();
  });

  test("any duration and size prints as what parses back to it", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(parseDuration(formatDuration(value))).toBe(value);
        expect(parseSize(formatSize(value))).toBe(value);
      }),
    );
  });

  test("any text is a unit or refused, and never throws", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const parse of [parseDuration, parseSize, parseCount]) {
          const value = parse(text);
          expect(value === undefined || Number.isSafeInteger(value)).toBe(true);
        }
      }),
    );
  });
});
