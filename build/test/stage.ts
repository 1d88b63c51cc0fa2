// The stages of a test run: which files belong to each, and whether they share a process.

import { join, relative } from "node:path";
import { root } from "../paths.ts";
import { addCounts, type Counts, countsText, noTests } from "./junit.ts";
import { runFiles } from "./run-files.ts";

export interface Stage {
  readonly name: string;
  /** Each file in a process of its own: what one leaves behind can't disturb the next. */
  readonly isOneProcessAFile: boolean;
}

export const stages: readonly Stage[] = [
  { name: "unit", isOneProcessAFile: false },
  { name: "integration", isOneProcessAFile: true },
  { name: "peers", isOneProcessAFile: true },
  { name: "binary", isOneProcessAFile: true },
];

/** The stages of those names, in their order; all when none is named. Throws on an unknown name. */
export function chooseStages(names: readonly string[]): readonly Stage[] {
  const known = stages.map((stage) => stage.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown stage "${unknown}": choose from ${known.join(", ")}`);
  return names.length === 0 ? stages : stages.filter((stage) => names.includes(stage.name));
}

export async function runStage(stage: Stage, env: Readonly<Record<string, string>>): Promise<Counts> {
  const files = [...new Bun.Glob("**/*.test.ts").scanSync({ cwd: join(root, "test", stage.name), absolute: true })];
  files.sort();
  if (files.length === 0) return noTests;
  if (!stage.isOneProcessAFile) return runFiles(files, env);
  let counts = noTests;
  for (const file of files) {
    const startedAt = performance.now();
    const ofFile = await runFiles([file], env);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`  ${relative(root, file)}: ${countsText(ofFile)} (${seconds} s)`);
    counts = addCounts(counts, ofFile);
  }
  return counts;
}
