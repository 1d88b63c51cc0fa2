// `muster trace`: what the latest turns of this machine's runtime did, and those to come.

import { type EndedTurns, isEndedTurns } from "../runtime/operation.ts";
import { usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { showKept } from "./show-kept.ts";
import type { Terminal } from "./terminal.ts";
import { traceText } from "./trace-text.ts";

export const command: Command = {
  name: "trace",
  summary: "Show what the latest turns did: calls of models and tools, tokens, times, costs",
  details: [
    "The runtime keeps its latest turns in memory, at most 500 and 1 MB. What was said and what tools were called with is in them only with `muster run --log-prompts`. The log has the same, for longer.",
  ],
  args: [{ name: "AGENT", description: "only its turns", isOptional: true, complete: "agents" }],
  options: {
    follow: { short: "f", description: "and those to come, until Ctrl-C" },
    last: { short: "n", value: "N", description: "how many of the kept turns; default 10", complete: "none" },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster trace assistant --last 1", does: "why the last answer took so long" },
    { line: "muster trace -f", does: "turns as they end" },
    { line: "muster trace --json | jq 'select(.outcome != \"ok\")'", does: "turns that failed, for a program" },
  ],
  run: trace,
};

const usualTurns = 10;

function trace(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [agent] = invocation.args;
  const request = {
    op: "traces",
    ...(agent === undefined ? {} : { agent }),
    last: turnCount(invocation.text("last")),
    follow: invocation.flag("follow"),
  } as const;
  return showKept(invocation, terminal, request, isEndedTurns, (kept) => showTurns(kept, invocation, terminal));
}

function showTurns({ turns, dropped }: EndedTurns, invocation: Invocation, terminal: Terminal): void {
  if (dropped > 0) terminal.err(`${dropped} turns were left out: they came faster than they were read\n`);
  if (turns.length === 0 && !invocation.flag("follow")) terminal.err("No turn has ended since the runtime started\n");
  for (const turn of turns) {
    terminal.out(invocation.flag("json") ? `${JSON.stringify(turn)}\n` : traceText(turn, terminal));
  }
}

function turnCount(given: string | undefined): number {
  if (given === undefined) return usualTurns;
  if (!/^\d{1,6}$/.test(given)) throw usageError(`Found --last "${given}", accepted is a whole number such as 20`);
  return Number(given);
}
