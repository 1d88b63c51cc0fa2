// Runs a property on generated input: many times in CI, always on the seeds that are kept, and again on the seed that a failure printed.

import fc from "fast-check";
import keptSeeds from "../fixtures/fuzz/seeds.json" with { type: "json" };

/**
 * `FUZZ_SEED=123` repeats a failed run. Seeds worth repeating are kept in test/fixtures/fuzz/seeds.json, by the property's name. Throws with the
 * seed and the smallest input that fails.
 */
export function fuzz<Input>(
  name: string,
  arbitrary: fc.Arbitrary<Input>,
  runs: number,
  check: (input: Input) => void,
): void {
  const again = process.env["FUZZ_SEED"];
  const kept: Readonly<Record<string, readonly number[]>> = keptSeeds;
  const seeds = again === undefined ? [...(kept[name] ?? []), Date.now() | 0] : [Number(again)];
  for (const seed of seeds) {
    const details = fc.check(fc.property(arbitrary, check), { numRuns: runs, seed });
    if (!details.failed) continue;
    throw new Error(`"${name}" fails; FUZZ_SEED=${seed} repeats it\n${fc.defaultReportMessage(details)}`);
  }
}
