// `muster runs`: what triggers have started, and how it ended.

import { resolve } from "node:path";
import { askedStateDirectory } from "../host/state-directory.ts";
import { askRuntime, ControlError } from "../runtime/control-client.ts";
import { mostRuns, type RunsReport } from "../runtime/control-protocol.ts";
import { isRunsReport } from "../runtime/control-wire.ts";
import { recordedRuns } from "../runtime/recorded-runs.ts";
import { askIfRunning } from "./ask-runtime.ts";
import { unknownAgent } from "./change-agent.ts";
import type { Command, Invocation } from "./command.ts";
import { exitCode, usageError } from "./command-error.ts";
import { jsonOption, stateOption } from "./common-options.ts";
import { runsTable } from "./runs-table.ts";
import type { Terminal } from "./terminal.ts";

const defaultLast = 20;
const timeoutMs = 10_000;

export const command: Command = {
  name: "runs",
  summary: "Show what triggers have started, and how it ended",
  details: [
    "States: queued has its turn later; running; done; failed, with why; skipped was not run, with why: several in a row for one reason are " +
      "one line. Where an answer is to be delivered, it is pending, delivered or given-up.",
    "Of each trigger the latest 500 are kept in the state directory. While no runtime runs there, what is kept is shown.",
    "Exit codes: 0 done, 1 error, 2 usage, 3 no such agent.",
  ],
  args: [{ name: "AGENT", description: "only runs of this agent", isOptional: true, complete: "agents" }],
  options: {
    last: { short: "n", value: "N", description: `how many; default ${defaultLast}`, complete: "none" },
    ...jsonOption,
    ...stateOption,
  },
  examples: [
    { line: "muster runs", does: "the latest, newest last" },
    { line: "muster runs line-inspector --last 100", does: "more, of one agent" },
    {
      line: "muster runs --json | jq '.runs[] | select(.state == \"failed\")'",
      does: "what failed, with its answer where there is one",
    },
  ],
  run: runs,
};

async function runs(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [agent] = invocation.args;
  const query = { last: lastOf(invocation.text("last")), ...(agent === undefined ? {} : { agent }) };
  const answer: unknown = await askIfRunning(invocation, terminal, (directory) =>
    askRuntime(directory, { op: "runs", ...query }, timeoutMs),
  );
  if (answer !== undefined && !isRunsReport(answer)) {
    throw new ControlError("The runtime's answer cannot be read: it is of another version than this command");
  }
  const report = answer ?? kept(query, invocation, terminal);
  if (agent !== undefined && !report.agents.includes(agent)) throw unknownAgent(agent, report.agents);
  show(report, invocation, terminal);
  return exitCode.ok;
}

function kept(
  query: { readonly agent?: string; readonly last: number },
  invocation: Invocation,
  terminal: Terminal,
): RunsReport {
  const flag = invocation.text("state");
  const directory = resolve(askedStateDirectory({ flag, environment: terminal.environment }));
  terminal.err(`No runtime runs with the state directory "${directory}": this is what was kept there\n`);
  return recordedRuns(directory, query);
}

function show({ runs: all }: RunsReport, invocation: Invocation, terminal: Terminal): void {
  if (invocation.flag("json")) terminal.out(`${JSON.stringify({ runs: all }, null, 2)}\n`);
  else if (all.length === 0) terminal.err("No runs\n");
  else terminal.out(runsTable(all));
}

function lastOf(given: string | undefined): number {
  if (given === undefined) return defaultLast;
  const last = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (last >= 1 && last <= mostRuns) return last;
  throw usageError(`Found --last "${given}", accepted is a whole number from 1 to ${mostRuns}`);
}
