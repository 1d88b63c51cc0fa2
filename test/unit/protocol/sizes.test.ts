import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatSize, parseSize } from "../../../src/protocol/sizes.ts";

test("every whole number of bytes is written and read back exactly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
      expect(parseSize(formatSize(bytes))).toBe(bytes);
    }),
  );
});

test("the shortest exact unit is used", () => {
  expect(formatSize(1)).toBe("1B");
  expect(formatSize(512 * 1024)).toBe("512KB");
  expect(formatSize(1024 * 1024)).toBe("1MB");
  expect(formatSize(1_500_000)).toBe("1500000B");
  expect(formatSize(3 * 1024 ** 3)).toBe("3GB");
});

test("§3 a positive integer with B, KB, MB or GB is read, base 1024", () => {
  expect(parseSize("1MB")).toBe(1_048_576);
  expect(parseSize("512KB")).toBe(524_288);
  expect(parseSize("7B")).toBe(7);
});

for (const text of ["", "0B", "-1MB", "1.5MB", "1 MB", "1mb", "1M", "MB", "01KB", "1TB", "999999999999999GB", "1MB "]) {
  test(`${JSON.stringify(text)} is no size`, () => {
    expect(parseSize(text)).toBeUndefined();
  });
}
