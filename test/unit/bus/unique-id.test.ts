import { expect, test } from "bun:test";
import { uniqueId } from "../../../src/bus/unique-id.ts";

test("10,000 ids are 10,000 different subject tokens of 22 letters and digits", () => {
  const ids = Array.from({ length: 10_000 }, uniqueId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
});

test("every letter is as likely as another", () => {
  const counts = new Map<string, number>();
  for (const letter of Array.from({ length: 5_000 }, uniqueId).join(""))
    counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(62);
  const expected = (5_000 * 22) / 62;
  for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.2);
});
