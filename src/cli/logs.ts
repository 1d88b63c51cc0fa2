// `muster logs`: the runtime's latest log lines, wherever its log goes to.

import { isLogLines, type LogLines } from "../runtime/operation.ts";
import { usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { logText } from "./log-text.ts";
import { showKept } from "./show-kept.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "logs",
  summary: "Show the latest log lines of this machine's runtime, and follow them",
  details: [
    "The runtime keeps its latest lines in memory, at most 2,000 lines and 1 MB, of the level that it logs at. The whole log is where its " +
      "standard error goes: with systemd, in the journal.",
  ],
  args: [{ name: "AGENT", description: "only what is about this agent", isOptional: true, complete: "agents" }],
  options: {
    follow: { short: "f", description: "and those to come, until Ctrl-C" },
    lines: { short: "n", value: "N", description: "how many of the kept lines; default all", complete: "none" },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster logs assistant -f", does: "what happens with one agent" },
    { line: "muster logs --json | jq 'select(.level == \"error\")'", does: "errors, for a program" },
  ],
  run: logs,
};

function logs(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [agent] = invocation.args;
  const lines = lineCount(invocation.text("lines"));
  const request = {
    op: "logs",
    ...(agent === undefined ? {} : { agent }),
    ...(lines === undefined ? {} : { lines }),
    follow: invocation.flag("follow"),
  } as const;
  return showKept(invocation, terminal, request, isLogLines, (kept) => showLines(kept, invocation, terminal));
}

function showLines(kept: LogLines, invocation: Invocation, terminal: Terminal): void {
  sayDropped(kept, terminal);
  for (const line of kept.lines) terminal.out(invocation.flag("json") ? `${line}\n` : logText(line, terminal));
}

function sayDropped({ dropped }: LogLines, terminal: Terminal): void {
  if (dropped > 0) terminal.err(`${dropped} lines were left out: they came faster than they were read\n`);
}

function lineCount(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,6}$/.test(given)) throw usageError(`Found --lines "${given}", accepted is a whole number such as 100`);
  return Number(given);
}
