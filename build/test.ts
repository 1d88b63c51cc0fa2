// `npm test [stage…]`: gets what the tests need, runs the stages, says what was skipped and why, and ends with the counts.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addCounts, type Counts, countsText, noTests } from "./test/junit.ts";
import { prepare } from "./test/prerequisites.ts";
import { chooseStages, runStage } from "./test/stage.ts";
import { readSkips, skipsText } from "./test/skips.ts";

const folder = await mkdtemp(join(tmpdir(), "muster-test-run-"));
try {
  process.exitCode = await runAll(process.argv.slice(2), join(folder, "skips"));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runAll(names: readonly string[], skipsFile: string): Promise<number> {
  const chosen = chooseStages(names);
  const env = { MUSTER_TEST_SKIPS: skipsFile };
  await timed("prerequisites", () => prepare(chosen.map((stage) => stage.name)));
  let total: Counts = noTests;
  for (const stage of chosen) {
    const counts = await timed(stage.name, () => runStage(stage, env), countsText);
    total = addCounts(total, counts);
  }
  if (existsSync(skipsFile)) console.log(skipsText(readSkips(await readFile(skipsFile, "utf8"))));
  console.log(countsText(total));
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

async function timed<Result>(
  name: string,
  run: () => Promise<Result>,
  say?: (result: Result) => string,
): Promise<Result> {
  console.log(`\n== ${name}`);
  const startedAt = performance.now();
  const result = await run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`== ${name}: ${say === undefined ? "" : `${say(result)}, `}${seconds} s`);
  return result;
}
