// Whether the matcher takes every pattern of an evaluation, before any agent is asked.

import { compilePatterns } from "../../agent/guards/pattern.ts";
import type { EvaluationCase } from "../../manifest/evaluation/read-evaluation.ts";

/** Rejects with what is wrong with one. */
export async function compilablePatterns(cases: readonly EvaluationCase[]): Promise<void> {
  const patterns = cases.flatMap(({ turns }) => turns.flatMap(({ expect }) => expect.matches ?? []));
  await compilePatterns(patterns.map((pattern) => ({ name: pattern, pattern })));
}
