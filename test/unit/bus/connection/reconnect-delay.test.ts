import { expect, test } from "bun:test";
import { reconnectDelayMs } from "../../../../src/bus/connection/reconnect-delay.ts";

test("the first retry is quick, later ones slower, none over 5 s", () => {
  expect(reconnectDelayMs(1, 0.999)).toBeLessThanOrEqual(100);
  expect(reconnectDelayMs(4, 0.5)).toBe(600);
  expect(reconnectDelayMs(1_000_000, 0.999)).toBeLessThanOrEqual(5_000);
});

test("chance decides over half of it", () => {
  expect(reconnectDelayMs(20, 0)).toBe(2_500);
  expect(reconnectDelayMs(20, 0.9999)).toBe(5_000);
});
