// The benchmark: every number with its reference, measured in the same run.

import { cpus, totalmem } from "node:os";
import { openBench } from "./support/bench-context.ts";
import type { Row } from "./support/row.ts";
import { callingRows } from "./rows/calling.ts";
import { configuredRows } from "./rows/configured-agents.ts";
import { engineRows } from "./rows/engine.ts";
import { executableRows } from "./rows/executable.ts";
import { manyAgentsRows } from "./rows/many-agents.ts";
import { recallRows } from "./rows/recall.ts";
import { relayRows } from "./rows/relay.ts";
import { toolRows } from "./rows/tools.ts";
import { startRows } from "./rows/start.ts";

const groups = {
  relay: relayRows,
  start: startRows,
  agents: manyAgentsRows,
  configured: configuredRows,
  executable: executableRows,
  engine: engineRows,
  calling: callingRows,
  tools: toolRows,
  recall: recallRows,
};

/** Runs the groups of those names, all when none is named. */
export async function runBench(names: readonly string[], say: (line: string) => void): Promise<readonly Row[]> {
  const unknown = names.find((name) => !(name in groups));
  if (unknown !== undefined)
    throw new Error(`Unknown group "${unknown}": choose from ${Object.keys(groups).join(", ")}`);
  const bench = await openBench(say);
  try {
    const rows: Row[] = [];
    for (const [name, measure] of Object.entries(groups)) {
      if (names.length > 0 && !names.includes(name)) continue;
      say(`Measuring ${name}`);
      rows.push(...(await measure(bench)));
    }
    return rows;
  } finally {
    await bench.close();
  }
}

export function machineText(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model ?? "unknown processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform}-${process.arch}, Bun ${Bun.version}`;
}
