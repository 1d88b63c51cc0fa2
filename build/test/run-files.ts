// Runs test files in one `bun test` process and counts what came of them.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../paths.ts";
import { type Counts, parseJunit } from "./junit.ts";

/** After this long a process is taken for hung, and ended. */
const limitMs = 10 * 60_000;

/**
 * Runs the files (absolute paths) one after another, each with globals of its own. Failures are printed as they happen. A process that ends
 * badly without a failed test, and one that ran nothing, count as one failure.
 */
export async function runFiles(files: readonly string[], env: Readonly<Record<string, string>>): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), "muster-test-"));
  const report = join(folder, "junit.xml");
  try {
    const child = Bun.spawn([...testCommand(report), ...files], {
      cwd: root,
      env: { ...process.env, ...env },
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    const code = await child.exited;
    return judge(existsSync(report) ? parseJunit(await readFile(report, "utf8")) : undefined, code, files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function testCommand(report: string): string[] {
  const flags = ["--isolate", "--no-orphans", "--only-failures", "--timeout=30000"];
  return [process.execPath, "test", ...flags, "--reporter=junit", `--reporter-outfile=${report}`];
}

function judge(counts: Counts | undefined, code: number, files: readonly string[]): Counts {
  const ran = counts ?? { passed: 0, failed: 0, skipped: 0 };
  if (ran.failed > 0 || (code === 0 && counts !== undefined)) return ran;
  const why = counts === undefined && code === 0 ? "ran no test" : `ended with code ${code} and no failed test`;
  console.error(`${files.length === 1 ? files[0] : `${files.length} files`} ${why}`);
  return { ...ran, failed: ran.failed + 1 };
}
