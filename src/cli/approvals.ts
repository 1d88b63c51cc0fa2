// `muster approvals`: what agents of this machine's runtime wait for, and what was decided.

import { isApprovalsReport, lastApprovals, mostRecords } from "../runtime/approval-operation.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { followRuntime } from "../runtime/control-stream.ts";
import { pendingText, recordText } from "./approval-text.ts";
import { askLocalRuntime } from "./ask-runtime.ts";
import { exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { onInterrupt } from "./interrupt.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "approvals",
  summary: "List what agents ask leave for, and what was decided",
  details: [
    'Of what waits, "muster approve ID" and "muster deny ID" decide. With --last, what was decided is listed instead, as the state directory ' +
      "has it, also when the runtime does not run; with --last and --follow both.",
  ],
  args: [],
  options: {
    follow: { short: "f", description: "and what is asked and decided from now on, until Ctrl-C" },
    last: {
      value: "N",
      description: `the last N that were decided, oldest first; at most ${mostRecords}`,
      complete: "none",
    },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster approvals -f", does: "wait for agents that ask" },
    { line: "muster approvals --last 20", does: "who allowed what, and when" },
  ],
  run: approvals,
};

const timeoutMs = 10_000;

async function approvals(invocation: Invocation, terminal: Terminal): Promise<number> {
  const last = lastCount(invocation.text("last"));
  const request = { op: "approvals", last: last ?? 0, follow: invocation.flag("follow") } as const;
  const show = (result: unknown) => showReport(result, invocation, terminal);
  if (request.follow) {
    const interrupt = onInterrupt();
    try {
      await askLocalRuntime(invocation, terminal, (folder) => followRuntime(folder, request, show, interrupt.signal));
    } finally {
      interrupt.stop();
    }
    return exitCode.ok;
  }
  if (last !== undefined) {
    // What is kept can be read whether or not the runtime runs.
    const kept = (folder: string) => Promise.resolve({ pending: [], records: lastApprovals(folder, last) });
    show(await askLocalRuntime(invocation, terminal, kept));
    return exitCode.ok;
  }
  const report = await askLocalRuntime(invocation, terminal, (folder) => askRuntime(folder, request, timeoutMs));
  show(report);
  if (isApprovalsReport(report) && report.pending.length === 0) terminal.err("Nothing waits\n");
  return exitCode.ok;
}

function showReport(result: unknown, invocation: Invocation, terminal: Terminal): void {
  if (!isApprovalsReport(result)) {
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  }
  const isJson = invocation.flag("json");
  for (const record of result.records) {
    terminal.out(isJson ? `${JSON.stringify({ state: "decided", ...record })}\n` : recordText(record));
  }
  for (const approval of result.pending) {
    terminal.out(isJson ? `${JSON.stringify({ state: "waiting", ...approval })}\n` : pendingText(approval));
  }
}

function lastCount(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const count = /^\d{1,4}$/.test(given) ? Number(given) : Number.NaN;
  if (count <= mostRecords) return count;
  throw usageError(`Found --last "${given}", accepted is a whole number from 0 to ${mostRecords}`);
}
