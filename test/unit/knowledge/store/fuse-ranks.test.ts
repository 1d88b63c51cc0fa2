import { describe, expect, test } from "bun:test";
import { fuseRanks } from "../../../../src/knowledge/store/fuse-ranks.ts";

const ids = (orders: readonly (readonly number[])[]) => fuseRanks(orders).map(({ id }) => id);

describe("reciprocal rank fusion", () => {
  test("puts what both orders find before what one finds", () => {
    expect(
      ids([
        [1, 2, 3],
        [4, 3, 5],
      ])[0],
    ).toBe(3);
  });

  test("keeps the order of the one that finds anything", () => {
    expect(ids([[7, 8, 9], []])).toEqual([7, 8, 9]);
    expect(ids([])).toEqual([]);
  });

  test("of equals takes the first order's first", () => {
    expect(ids([[1], [2]])).toEqual([1, 2]);
  });
});
