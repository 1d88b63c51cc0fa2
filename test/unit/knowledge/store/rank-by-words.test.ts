import { expect, test } from "bun:test";
import { rankByWords, wordWeight } from "../../../../src/knowledge/store/rank-by-words.ts";

test("a rare word says more than a common one, and one that is everywhere next to nothing", () => {
  expect(wordWeight(1, 1000)).toBeGreaterThan(wordWeight(100, 1000));
  expect(wordWeight(1000, 1000)).toBeGreaterThan(0);
  expect(wordWeight(1000, 1000)).toBeLessThan(wordWeight(1, 1000) / 1000);
  expect(wordWeight(5, 2)).toBeGreaterThan(0);
});

test("passages come by the weight of the words in them together, and those that share little not at all", () => {
  const rare = { weight: 6, passages: [9, 4] };
  const other = { weight: 3, passages: [4, 7] };
  const common = { weight: 0.5, passages: [1, 2, 4, 7, 9] };
  expect(rankByWords([rare, other, common])).toEqual([4, 9, 7]);
  expect(rankByWords([common])).toEqual([1, 2, 4, 7, 9]);
  expect(rankByWords([])).toEqual([]);
});
