import { expect, test } from "bun:test";
import { backoffMs } from "../../../src/model/backoff.ts";

test("doubles from one second to a minute", () => {
  expect([1, 2, 3, 6, 7, 1_000].map((failures) => backoffMs(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
  ]);
});

test("spreads over a quarter of the step", () => {
  expect(backoffMs(1, 0)).toBe(750);
});
