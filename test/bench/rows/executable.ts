// What the executable weighs, and how long its parts take to get out of it.

import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchContext } from "../support/bench-context.ts";
import { alone, over, type Row } from "../support/row.ts";
import { medianOf } from "../support/statistics.ts";

export async function executableRows({ executable, hello }: BenchContext): Promise<readonly Row[]> {
  const [ours, theirs] = [await stat(executable), await stat(hello)];
  const size = { what: "executable, everything inside", unit: "MB", value: ours.size / 1e6 };
  const version = await medianOf(10, () => runMs([executable, "version"]));
  const rows: Row[] = [over({ ...size, reference: { what: "compiled hello", value: theirs.size / 1e6 } }, 24)];
  for (const part of ["nats-server", "engine"]) {
    const value = await medianOf(5, () => extractMs(executable, part));
    const row = { what: `first-use extraction, ${part}`, unit: "ms", value };
    rows.push(alone({ ...row, reference: { what: "version", value: version }, note: "a child's start included" }, 150));
  }
  return rows;
}

async function extractMs(executable: string, part: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
  try {
    return await runMs([executable, "__extract", part, join(folder, "part")]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runMs(argv: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`"${argv.join(" ")}" failed`);
  return performance.now() - startedAt;
}
