// What a provider gave as vectors, looked at before anybody stores it, and brought to length 1.

import { ModelError } from "../contract.ts";

/**
 * @param dimension of the vectors that came before in the same call; undefined: these are the first
 * @throws {ModelError} `invalid`: a wrong count, lengths that differ, numbers that are none, or a vector that points nowhere
 */
export function unitVectors(
  model: string,
  given: readonly ArrayLike<unknown>[],
  texts: number,
  dimension: number | undefined,
): readonly Float32Array[] {
  if (given.length !== texts) throw invalid(model, `gave ${given.length} vectors for ${texts} texts`);
  const wanted = dimension ?? given[0]?.length ?? 0;
  return given.map((vector) => {
    if (vector.length === 0) throw invalid(model, "gave a vector without numbers");
    if (vector.length !== wanted) {
      throw invalid(model, `gave a vector of ${vector.length} numbers after one of ${wanted}`);
    }
    return unitVector(model, vector);
  });
}

function unitVector(model: string, given: ArrayLike<unknown>): Float32Array {
  const numbers = Array.from(given, (value) => (typeof value === "number" ? value : Number.NaN));
  const length = Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length)) throw invalid(model, "gave a vector with something in it that is no number");
  if (length === 0) throw invalid(model, "gave a vector of nothing but zeros");
  return Float32Array.from(numbers, (value) => value / length);
}

function invalid(model: string, what: string): ModelError {
  return new ModelError("invalid", `Model "${model}" ${what}`);
}
