// What a reload did, or would do, as a person reads it.

import type { ReloadReport } from "../runtime/control-protocol.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";
import { styleFor } from "./style.ts";
import type { Terminal } from "./terminal.ts";

/** One line an agent that is touched, and a count of the others. */
export function planText(report: ReloadReport, terminal: Pick<Terminal, "hasColour">): string {
  const style = styleFor(terminal);
  const lines = (sign: string, names: readonly string[], word: string) =>
    names.map((name) => `${sign} ${neutraliseLine(name)}  ${word}\n`);
  return [
    ...lines(style.good("+"), report.added, "add"),
    ...lines(style.warning("~"), report.changed, "change"),
    ...lines(style.bad("-"), report.removed, "remove"),
    `= ${report.same.length} the same\n`,
  ].join("");
}

/** What is wrong, and what waits for a restart; for standard error. Empty when there is nothing. */
export function planFindings({ problems, notes }: ReloadReport): string {
  return [...problems, ...notes].map((line) => `${line}\n`).join("");
}
