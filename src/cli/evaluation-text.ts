// Results of an evaluation as people read them: a table of the cases, then what failed.

import { neutraliseLine } from "../telemetry/neutralise.ts";
import type { CaseResult, TryResult } from "../runtime/evaluation/run-case.ts";
import { styleFor } from "./style.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const longestAnswer = 200;

export function resultsTable(results: readonly CaseResult[], terminal: Pick<Terminal, "hasColour">): string {
  const style = styleFor(terminal);
  return formatTable(
    ["CASE", "AGENT", "RESULT", "PASSED", "NEEDED", "SLOWEST"],
    results.map((result) => [
      neutraliseLine(result.name),
      neutraliseLine(result.agent),
      result.ok ? style.good("ok") : style.bad("failed"),
      `${result.passed} of ${result.runs}`,
      String(result.pass),
      `${(Math.max(...result.tries.map(({ totalMs }) => totalMs)) / 1000).toFixed(1)} s`,
    ]),
  );
}

/** Empty when every try passed; also of cases that passed, the tries that did not. */
export function failuresText(results: readonly CaseResult[], terminal: Pick<Terminal, "hasColour">): string {
  const style = styleFor(terminal);
  return results
    .flatMap(({ name, runs, tries }) =>
      tries.map((tried, index) => {
        const which = runs === 1 ? "" : `, try ${index + 1}`;
        return tried.ok ? "" : `\n${style.bold(`${neutraliseLine(name)}${which}`)}\n${tryText(tried)}`;
      }),
    )
    .join("");
}

function tryText({ turns }: TryResult): string {
  const failed = turns.findIndex(({ misses }) => misses.length > 0);
  const turn = turns[failed];
  if (turn === undefined) return "";
  const misses = turn.misses.map((miss) => `  ${neutraliseLine(miss)}\n`).join("");
  const where = turns.length > 1 ? `  in turn ${failed + 1}\n` : "";
  return `${where}${misses}  answer: ${shortened(turn.answer)}\n`;
}

function shortened(answer: string): string {
  const line = neutraliseLine(answer.trim());
  if (line === "") return "(none)";
  return line.length > longestAnswer ? `${line.slice(0, longestAnswer)}…` : line;
}
