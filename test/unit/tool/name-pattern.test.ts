import { expect, test } from "bun:test";
import { isMeant } from "../../../src/tool/name-pattern.ts";

test.each([
  ["read", "read", true],
  ["read", "*", true],
  ["read_file", "read_*", true],
  ["read_file", "*_file", true],
  ["read_file", "r*f*e", true],
  ["read_file", "read", false],
  ["read", "read_*", false],
  ["aXbX", "*X", true],
  ["", "*", true],
  ["a.b", "a?b", false],
  ["axb", "a.b", false],
])("%p is meant by %p: %p", (name, pattern, meant) => {
  expect(isMeant(name, [pattern])).toBe(meant);
});

test("no pattern takes long", () => {
  const startedAt = performance.now();
  expect(isMeant("a".repeat(128), [`${"*a".repeat(60)}*b`])).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(100);
});
