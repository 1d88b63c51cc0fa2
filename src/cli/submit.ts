// `muster submit`: a prompt that is kept until its agent can answer it.

import { awaitResult } from "../bus/jobs/change-job.ts";
import { longestTtlMs, mostAttempts } from "../bus/jobs/job-envelope.ts";
import type { JobResult } from "../bus/jobs/job-record.ts";
import { submitJob, type SubmittedJob } from "../bus/jobs/submit-job.ts";
import type { CallRequest } from "../bus/calling/call-request.ts";
import { addressOf } from "../bus/calling/address.ts";
import { uniqueId } from "../bus/unique-id.ts";
import type { AgentAddress } from "../protocol/subjects.ts";
import type { Command, Invocation } from "./command.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import { jsonOption, serverDetails, serverOptions } from "./common-options.ts";
import type { CommandBus } from "./connect-bus.ts";
import { connectBus } from "./connect-bus.ts";
import { durationOption } from "./duration-option.ts";
import { onInterrupt } from "./interrupt.ts";
import { addressJob } from "./job-address.ts";
import { jobFailure } from "./job-failure.ts";
import { jobToJson } from "./job-text.ts";
import { readAttachments } from "./read-attachments.ts";
import { readPrompt } from "./read-prompt.ts";
import { saveFile } from "./save-file.ts";
import type { Terminal } from "./terminal.ts";
import { givenTrace, traceOption } from "./trace-option.ts";

export const command: Command = {
  name: "submit",
  summary: "Leave an agent a job, kept until it can be done",
  details: [
    "Prints the job's id once the job is on disk: from then on no crash loses it. It runs when its agent is ready, is tried again when the " +
      'model fails, and has one result, which "muster jobs show ID" prints for a week. The same id with the same prompt is the same job.',
    "An agent that is away takes a job by its full address, AGENT/OWNER/NAME.",
    "Exit codes: 0 kept (with --wait: answered), 1 error or failed, 2 usage, 3 no such agent or nobody keeps its jobs, 4 timed out, 130 interrupted.",
    serverDetails,
  ],
  args: [
    { name: "ADDRESS", description: "which agent", complete: "none" },
    {
      name: "PROMPT",
      description: "what to do; joined by spaces; standard input where it says -",
      isOptional: true,
      isRepeatable: true,
      complete: "none",
    },
  ],
  options: {
    id: { value: "ID", description: "its id, 1 to 128 of A-Z a-z 0-9 _ -; default: a new one", complete: "none" },
    ttl: { value: "DURATION", description: "how long it may wait, at most 7d; default 1d", complete: "none" },
    tries: { value: "N", description: "failed tries after which it is set aside; default 5", complete: "none" },
    attach: { short: "a", value: "FILE", isRepeatable: true, description: "send a file along", complete: "file" },
    session: { value: "ID", description: "the conversation to continue, 1 to 128 characters", complete: "none" },
    wait: { short: "w", description: "wait for the result and print it" },
    timeout: {
      value: "DURATION",
      description: "with --wait: how long; the job goes on. Default: no end",
      complete: "none",
    },
    ...traceOption,
    save: { value: "DIR", description: "with --wait: save files of the answer", complete: "folder" },
    ...jsonOption,
    ...serverOptions,
  },
  examples: [
    { line: 'muster submit inspector "Summarise the night shift" --wait', does: "wait for the answer" },
    { line: "muster submit muster/edge1/inspector --id shift-42 - < report.txt", does: "safe to send again" },
    { line: 'muster submit inspector "Check the logs" --ttl 3h', does: "worthless after three hours" },
  ],
  run: submit,
};

async function submit(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [address = "", ...words] = invocation.args;
  const terms = readTerms(invocation);
  const { prompt } = await readPrompt(words, terminal);
  const session = invocation.text("session");
  const request: CallRequest = {
    prompt,
    attachments: await readAttachments(invocation.texts("attach"), terminal.folder),
    ...(session === undefined ? {} : { session }),
  };
  const bus = await connectBus(invocation, terminal, { isPersistent: invocation.flag("wait") });
  const interrupt = onInterrupt();
  try {
    const job = await addressJob(bus, address, request, interrupt.signal);
    const { address: of, ...asked } = job;
    const kept = await submitJob(bus.connection, of, { ...terms, ...asked }, bus.sender);
    if (!invocation.flag("wait")) return printKept(invocation, terminal, { ...kept, address: job.address });
    const result = await waited(bus, job.address, kept, invocation, interrupt.signal);
    return await printResult(invocation, terminal, result, job.address);
  } catch (error) {
    throw jobFailure(error);
  } finally {
    interrupt.stop();
    await bus.connection.close();
  }
}

function readTerms(invocation: Invocation) {
  const id = invocation.text("id");
  const ttlMs = durationOption(invocation, "ttl");
  if (ttlMs !== undefined && ttlMs > longestTtlMs) throw usageError("--ttl is at most 7d");
  const trace = givenTrace(invocation);
  const tries = invocation.text("tries");
  if (tries !== undefined && !(/^\d{1,3}$/.test(tries) && Number(tries) >= 1 && Number(tries) <= mostAttempts)) {
    throw usageError(`--tries is "${tries}"; write a number from 1 to ${mostAttempts}`);
  }
  return {
    id: id ?? uniqueId(),
    isNewId: id === undefined,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(tries === undefined ? {} : { attempts: Number(tries) }),
    ...(trace === undefined ? {} : { trace }),
  };
}

function printKept(
  invocation: Invocation,
  terminal: Terminal,
  { id, isKnown, address }: SubmittedJob & { readonly address: AgentAddress },
): number {
  if (invocation.flag("json")) terminal.out(`${JSON.stringify({ id, agent: addressOf(address), known: isKnown })}\n`);
  else terminal.out(`${id}\n`);
  return exitCode.ok;
}

async function waited(
  bus: CommandBus,
  address: AgentAddress,
  kept: SubmittedJob,
  invocation: Invocation,
  interrupted: AbortSignal,
): Promise<JobResult> {
  const timeoutMs = durationOption(invocation, "timeout");
  const signal = timeoutMs === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(timeoutMs)]);
  const result = await awaitResult(bus.connection, address, kept, signal);
  if (result !== undefined) return result;
  const { id } = kept;
  const rest = `Job "${id}" is kept and goes on. See "muster jobs show ${id}"`;
  if (interrupted.aborted) throw new CommandError(rest, exitCode.interrupted);
  throw new CommandError(`No result in time. ${rest}`, exitCode.timedOut);
}

async function printResult(
  invocation: Invocation,
  terminal: Terminal,
  result: JobResult,
  address: AgentAddress,
): Promise<number> {
  const { state, text, attachments, error, id } = result;
  if (invocation.flag("json")) {
    terminal.out(`${JSON.stringify(jobToJson({ ...result, address, place: "here", seq: 0, result }))}\n`);
    return state === "done" ? exitCode.ok : exitCode.error;
  }
  if (state !== "done") {
    throw new CommandError(
      `Job "${id}" ${state}: ${error?.message ?? "no reason given"}. Run it again: muster jobs replay ${id}`,
    );
  }
  terminal.out(`${terminal.safe(text)}\n`);
  const folder = invocation.text("save");
  for (const attachment of attachments) {
    const where = folder === undefined ? "not saved; use --save DIR" : await saveFile(folder, attachment);
    terminal.err(`File ${terminal.safeErr(JSON.stringify(attachment.filename))}: ${terminal.safeErr(where)}\n`);
  }
  return exitCode.ok;
}
