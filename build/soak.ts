// `npm run soak -- --minutes N`: hours of mixed load on the executable, and what was lost or grew.

import { parseArgs } from "node:util";
import { buildExecutables, hostExecutable } from "./test/executables.ts";
import { growthFaults, lossFaults } from "../test/soak/verdict.ts";
import { reportText } from "../test/soak/report-text.ts";
import { runSoak } from "../test/soak/soak.ts";

const say = (line: string): void => console.error(line);

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`The soak failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { minutes: { type: "string", default: "3" }, executable: { type: "string" } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`Found --minutes "${values.minutes}", accepted is a number above 0`);
  if (values.executable === undefined) await buildExecutables(say);
  const result = await runSoak({
    executable: values.executable ?? hostExecutable,
    environment: {},
    readyWithinMs: 60_000,
    minutes,
    say,
  });
  console.log(reportText(result));
  const found = [...lossFaults(result), ...growthFaults(result)];
  for (const fault of found) console.log(`Fault: ${fault}`);
  return found.length === 0 ? 0 : 1;
}
