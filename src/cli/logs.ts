// `muster logs`: the runtime's latest log lines, wherever its log goes to.

import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { followRuntime } from "../runtime/control-stream.ts";
import { isAgentReport, isLogLines, type LogLines } from "../runtime/operation.ts";
import { unknownAgent } from "./change-agent.ts";
import { exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { onInterrupt } from "./interrupt.ts";
import { logText } from "./log-text.ts";
import type { Terminal } from "./terminal.ts";
import { askLocalRuntime } from "./ask-runtime.ts";

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

const timeoutMs = 10_000;

async function logs(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [agent] = invocation.args;
  const lines = lineCount(invocation.text("lines"));
  const request = {
    op: "logs",
    ...(agent === undefined ? {} : { agent }),
    ...(lines === undefined ? {} : { lines }),
    follow: invocation.flag("follow"),
  } as const;
  const show = (result: unknown) => showLines(result, invocation, terminal);
  const interrupt = onInterrupt();
  try {
    await askLocalRuntime(invocation, terminal, async (directory) => {
      if (request.follow) await followRuntime(directory, request, show, interrupt.signal);
      else show(await askRuntime(directory, request, timeoutMs));
    });
    return exitCode.ok;
  } finally {
    interrupt.stop();
  }
}

function showLines(result: unknown, invocation: Invocation, terminal: Terminal): void {
  if (isAgentReport(result) && result.type === "unknown-agent") {
    throw unknownAgent(invocation.args[0] ?? "", result.agents);
  }
  if (!isLogLines(result)) {
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  }
  sayDropped(result, terminal);
  for (const line of result.lines) terminal.out(invocation.flag("json") ? `${line}\n` : logText(line, terminal));
}

function sayDropped({ dropped }: LogLines, terminal: Terminal): void {
  if (dropped > 0) terminal.err(`${dropped} lines were left out: they came faster than they were read\n`);
}

function lineCount(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,6}$/.test(given)) throw usageError(`Found --lines "${given}", accepted is a whole number such as 100`);
  return Number(given);
}
