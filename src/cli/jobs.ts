// `muster jobs`: what waits, what runs, what has ended; and what to do about it.

import { matchesJobAddress, parseAddress } from "../bus/calling/address.ts";
import { removeJob, replayJob } from "../bus/jobs/change-job.ts";
import { type JobEntry, jobSummary, type JobSummary, listJobs } from "../bus/jobs/list-jobs.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import { jobFailure } from "./job-failure.ts";
import { jobsTable, jobText, jobToJson } from "./job-text.ts";
import type { Terminal } from "./terminal.ts";

const actions = ["show", "replay", "rm"] as const;
type Action = (typeof actions)[number];

/** More are only counted. */
const maxListed = 1_000;

export const command: Command = {
  name: "jobs",
  summary: "List kept jobs; show, replay or remove one",
  details: [
    "States: queued waits for its agent; running; retrying failed and is tried again; done; failed is set aside after its tries or could " +
      "never work; expired was not run within its time. Of an agent that is gone or renamed the jobs stay, and are listed.",
    "show prints a job with its answer, replay runs a failed or expired one again, rm removes one that does not run.",
    "Exit codes: 0 done, 1 error, 2 usage, 3 no such job.",
    serverDetails,
  ],
  args: [
    { name: "ACTION", description: "show, replay or rm; without it: list", isOptional: true, complete: actions },
    { name: "ID", description: "which job", isOptional: true, complete: "none" },
  ],
  options: {
    failed: { description: "only those that failed or expired" },
    agent: { value: "ADDRESS", description: "only those of this agent", complete: "none" },
    ...jsonOption,
    ...serverOptions,
  },
  examples: [
    { line: "muster jobs", does: "all of them" },
    { line: "muster jobs --failed", does: "what was set aside, and why" },
    { line: "muster jobs show shift-42", does: "one, with its answer" },
    { line: "muster jobs replay shift-42", does: "run it again" },
  ],
  run: jobs,
};

async function jobs(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [word, id] = invocation.args;
  const action = actions.find((one) => one === word);
  if (word !== undefined && action === undefined) {
    throw usageError(`"muster jobs" does not know "${word}"; it has ${actions.join(", ")}`);
  }
  if (action !== undefined && id === undefined) throw usageError(`"muster jobs ${action}" needs the job's ID`);
  const bus = await connectBus(invocation, terminal, { asOperator: action === "replay" || action === "rm" });
  try {
    if (action === undefined || id === undefined) return await list(bus, invocation, terminal);
    return await act(action, await findJob(bus, id, invocation), { bus, invocation, terminal });
  } catch (error) {
    throw jobFailure(error);
  } finally {
    await bus.connection.close();
  }
}

async function list(bus: CommandBus, invocation: Invocation, terminal: Terminal): Promise<number> {
  const found: JobSummary[] = [];
  let left = 0;
  for await (const job of selected(bus, invocation)) {
    if (found.length < maxListed) found.push(jobSummary(job));
    else left += 1;
  }
  if (invocation.flag("json"))
    terminal.out(`${JSON.stringify({ jobs: found.map(jobToJson), left_out: left }, null, 2)}\n`);
  else if (found.length === 0) terminal.err(`No jobs on ${bus.said}\n`);
  else terminal.out(jobsTable(found));
  if (left > 0) terminal.err(`${left} more are not listed; narrow it with --agent or --failed\n`);
  return exitCode.ok;
}

async function* selected(bus: CommandBus, invocation: Invocation): AsyncGenerator<JobEntry> {
  const text = invocation.text("agent");
  const pattern = text === undefined ? undefined : parseAddress(text);
  if (text !== undefined && pattern === undefined) throw usageError(`"${text}" is no address of an agent`);
  for await (const job of listJobs(bus.connection)) {
    if (pattern !== undefined && !matchesJobAddress(pattern, job.address)) continue;
    if (invocation.flag("failed") && job.state !== "failed" && job.state !== "expired") continue;
    yield job;
  }
}

/** The one with this id; the one in the queue where it is being replayed. */
async function findJob(bus: CommandBus, id: string, invocation: Invocation): Promise<JobEntry> {
  const found: JobEntry[] = [];
  for await (const job of selected(bus, invocation)) if (job.id === id) found.push(job);
  const [first] = found;
  if (first === undefined)
    throw new CommandError(`No job "${id}" on ${bus.said}. See "muster jobs"`, exitCode.noSuchAgent);
  const agents = new Set(found.map(({ address }) => Object.values(address).join("/")));
  if (agents.size > 1)
    throw usageError(`Several agents have a job "${id}"; name one with --agent: ${[...agents].join(", ")}`);
  return first;
}

async function act(
  action: Action,
  job: JobEntry,
  { bus, invocation, terminal }: { bus: CommandBus; invocation: Invocation; terminal: Terminal },
): Promise<number> {
  switch (action) {
    case "show":
      show(job, invocation, terminal);
      return exitCode.ok;
    case "replay":
      await replayJob(bus.connection, job);
      terminal.err(`Job "${job.id}" is queued again\n`);
      return exitCode.ok;
    case "rm":
      await removeJob(bus.connection, job);
      terminal.err(`Job "${job.id}" is removed\n`);
      return exitCode.ok;
  }
}

function show(job: JobEntry, invocation: Invocation, terminal: Terminal): void {
  if (invocation.flag("json")) {
    terminal.out(`${JSON.stringify(jobToJson(job), null, 2)}\n`);
    return;
  }
  terminal.out(jobText(job));
  if (job.result?.state === "done") terminal.out(`\n${terminal.safe(job.result.text)}\n`);
}
