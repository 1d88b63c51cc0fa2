// `npm run bench [-- --json] [group…]`: what Muster costs, beside what it is compared with.

import { machineText, runBench } from "../test/bench/bench.ts";
import { tableText } from "../test/bench/support/row.ts";

const args = process.argv.slice(2);
const isJson = args.includes("--json");
const say = (line: string): void => console.error(line);

try {
  const rows = await runBench(
    args.filter((name) => name !== "--json"),
    say,
  );
  if (isJson)
    console.log(JSON.stringify({ machine: machineText(), takenAt: new Date().toISOString(), rows }, undefined, 2));
  else console.log(`${machineText()}\n\n${tableText(rows)}`);
} catch (error) {
  console.error(`The benchmark failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
