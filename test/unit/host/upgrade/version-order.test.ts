import { expect, test } from "bun:test";
import { versionOrder } from "../../../../src/host/upgrade/version-order.ts";

test.each([
  ["0.1.0", "0.2.0", "up"],
  ["0.9.0", "0.10.0", "up"],
  ["1.0.0-rc.1", "1.0.0", "up"],
  ["0.2.0", "0.2.0", "same"],
] as const)("from %p to %p is %p", (from, to, order) => {
  expect(versionOrder({ from, to, mayGoDown: false })).toBe(order);
});

test("a lower version is refused unless it was asked for", () => {
  expect(() => versionOrder({ from: "1.0.0", to: "1.0.0-rc.1", mayGoDown: false })).toThrow("--allow-downgrade");
  expect(versionOrder({ from: "1.0.0", to: "0.9.0", mayGoDown: true })).toBe("down");
});
