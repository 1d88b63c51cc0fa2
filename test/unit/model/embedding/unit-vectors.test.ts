import { describe, expect, test } from "bun:test";
import { ModelError } from "../../../../src/model/contract.ts";
import { unitVectors } from "../../../../src/model/embedding/unit-vectors.ts";

function refusal(given: readonly ArrayLike<unknown>[], texts: number, dimension?: number): string {
  try {
    unitVectors("m", given, texts, dimension);
  } catch (error) {
    if (error instanceof ModelError && error.kind === "invalid") return error.message;
    throw error;
  }
  throw new Error("Nothing was refused");
}

describe("unitVectors", () => {
  test("brings each vector to length 1 and keeps its direction", () => {
    const [one, two] = unitVectors("m", [[3, 4], new Float32Array([0, -2])], 2, undefined);
    expect(one).toEqual(new Float32Array([0.6, 0.8]));
    expect(two).toEqual(new Float32Array([0, -1]));
  });

  test("refuses a wrong count", () => {
    expect(refusal([[1]], 2)).toBe('Model "m" gave 1 vectors for 2 texts');
    expect(refusal([[1], [1]], 1)).toContain("2 vectors for 1 texts");
  });

  test("refuses lengths that differ, from each other and from before", () => {
    expect(refusal([[1, 2], [1]], 2)).toContain("1 numbers after one of 2");
    expect(refusal([[1, 2]], 1, 3)).toContain("2 numbers after one of 3");
    expect(refusal([[]], 1)).toContain("without numbers");
  });

  test("refuses what has no direction", () => {
    expect(refusal([[1, null]], 1)).toContain("no number");
    expect(refusal([["1", 2]], 1)).toContain("no number");
    expect(refusal([[Number.NaN]], 1)).toContain("no number");
    expect(refusal([[Infinity]], 1)).toContain("no number");
    expect(refusal([[1e300, 1e300]], 1)).toContain("no number");
    expect(refusal([[0, 0]], 1)).toContain("nothing but zeros");
  });

  test("takes a vector of any length without running out of stack", () => {
    expect(unitVectors("m", [new Float64Array(500_000).fill(1)], 1, undefined)[0]?.length).toBe(500_000);
  });
});
