import { expect, test } from "bun:test";
import { Grants } from "../../../../src/tool/approvals/grants.ts";

const grant = (key: string) => ({ owner: "UA", conversation: "c1", tool: "service", key });

test("holds a day, and no longer", () => {
  let now = 0;
  const grants = new Grants(() => now);
  grants.add(grant("a"), "operator");
  now = 24 * 3_600_000 - 1;
  expect(grants.by(grant("a"))).toBe("operator");
  now += 1;
  expect(grants.by(grant("a"))).toBeUndefined();
});

test("goes with its conversation, and with no other", () => {
  const grants = new Grants();
  const others = [
    { ...grant("a"), owner: "UB" },
    { ...grant("a"), conversation: "c2" },
  ];
  for (const given of [grant("a"), grant("b"), ...others]) grants.add(given, "operator");
  grants.forget({ owner: "UA", conversation: "c1" });
  expect([grant("a"), grant("b")].map((given) => grants.by(given))).toEqual([undefined, undefined]);
  expect(others.map((given) => grants.by(given))).toEqual(["operator", "operator"]);
});

test("keeps 256, and nothing of a size without bounds", () => {
  const grants = new Grants();
  for (let index = 0; index < 257; index++) grants.add(grant(String(index)), "operator");
  expect([grants.by(grant("0")), grants.by(grant("1"))]).toEqual([undefined, "operator"]);
  expect(grants.add(grant("x".repeat(20_000)), "operator")).toBe(false);
});
