// Puts a job into the queue of its agent. Resolves when the server has it on disk; the same job again is the same job.

import { type JobPlace, jobStream, jobSubject } from "../../protocol/job-subjects.ts";
import type { SenderTrust } from "../../protocol/sender-rules.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { type TraceContext, traceHeaders } from "../../protocol/trace-context.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import type { RequestSender } from "../identity/request-sender.ts";
import { attemptsHeader, digest, idHeaders, isJobId, jobTerms, ttlHeader } from "./job-envelope.ts";
import { JobError } from "./job-error.ts";
import { keptResult, queuedMessage } from "./job-records.ts";
import { hasStream, maxJobsPerAgent } from "./job-streams.ts";
import { publishKept } from "./jetstream.ts";
import { queuedMessages } from "./stored-messages.ts";

export interface JobRequest {
  /** 1 to 128 of `[A-Za-z0-9_-]`. */
  readonly id: string;
  /** A prompt's, as for a call. */
  readonly payload: Uint8Array;
  readonly ttlMs?: number;
  readonly attempts?: number;
  /** The trace that it is a part of. */
  readonly trace?: TraceContext;
  /** What the agent's registration asks for, where that was read: a job that must be signed and cannot be is not kept. */
  readonly minSenderTrust?: SenderTrust;
  /** Nobody has used the id before: no need to look. */
  readonly isNewId: boolean;
}

export interface SubmittedJob {
  readonly id: string;
  /** The same job had been submitted before. */
  readonly isKnown: boolean;
  readonly place: JobPlace;
}

/** `sender` signs it. Rejects with a `JobError`: `conflict` when the id stands for another job, `full`, `no-store`, `signature-required`, and those of the connection. */
export async function submitJob(
  bus: CallerBus,
  address: AgentAddress,
  job: JobRequest,
  sender?: RequestSender,
): Promise<SubmittedJob> {
  if (!isJobId(job.id)) {
    throw new JobError("invalid", `"${job.id}" is no id for a job; write 1 to 128 of A-Z, a-z, 0-9, "_" and "-"`);
  }
  const place = await placeOf(bus, address).catch((error: unknown) => {
    throw notKept(error);
  });
  if (!job.isNewId && (await isKnown(bus, address, job, place))) return { id: job.id, isKnown: true, place };
  const ack = await publish(bus, address, job, { place, sender });
  if (ack.isDuplicate) await checkSame(bus, address, job, ack.seq, place);
  return { id: job.id, isKnown: ack.isDuplicate, place };
}

/** On the agents' own server their queue; on a hub the outbox that their machine fetches from. */
async function placeOf(bus: CallerBus, address: AgentAddress): Promise<JobPlace> {
  if (await hasStream(bus, jobStream(address, "here"))) return "here";
  if (await hasStream(bus, jobStream(address, "outbox"))) return "outbox";
  throw explained(new JobError("no-store", "There is neither queue nor outbox"), address);
}

async function publish(
  bus: CallerBus,
  address: AgentAddress,
  job: JobRequest,
  { place, sender }: { readonly place: JobPlace; readonly sender: RequestSender | undefined },
) {
  const subject = jobSubject(address, place);
  const signed = await sender?.headers({ subject, payload: job.payload });
  if (signed?.type !== "signed" && job.minSenderTrust === "signed") {
    const why = signed?.why ?? "this job is signed by nobody";
    throw new JobError("signature-required", `The job was not kept: the agent serves callers that sign, and ${why}`);
  }
  const headers = {
    ...(signed?.type === "signed" ? signed.headers : {}),
    ...idHeaders(address, job.id),
    ...(job.ttlMs === undefined ? {} : { [ttlHeader]: `${job.ttlMs}ms` }),
    ...(job.trace && traceHeaders(job.trace)),
    ...(job.attempts === undefined ? {} : { [attemptsHeader]: `${job.attempts}` }),
  };
  try {
    return await publishKept(bus, subject, job.payload, headers);
  } catch (error) {
    throw error instanceof JobError ? explained(error, address) : error;
  }
}

function explained(error: JobError, { agent, owner, name }: AgentAddress): JobError {
  const whose = `${agent}/${owner}/${name}`;
  switch (error.kind) {
    case "no-store":
      return new JobError(
        "no-store",
        `Nobody keeps jobs for "${whose}" on this server. A runtime of that owner makes the store when it first runs on a server with JetStream`,
        { cause: error },
      );
    case "full":
      return new JobError(
        "full",
        `The job was not kept: ${error.message}. An agent holds at most ${maxJobsPerAgent} jobs; see "muster jobs"`,
        { cause: error },
      );
    case "timeout":
      return new JobError(
        "timeout",
        `${error.message}: nobody knows whether the job was kept. Submit it again with the same id; the server's disk may be full`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** Before anything was sent: a server that stopped storing answers nobody. */
function notKept(error: unknown): unknown {
  if (!(error instanceof JobError) || error.kind !== "timeout") return error;
  const text = `The job was not kept: the NATS server stores nothing now; its disk may be full, see "muster status"`;
  return new JobError("timeout", text, { cause: error });
}

/** Whether the same job is in the queue or has its result. */
async function isKnown(bus: CallerBus, address: AgentAddress, job: JobRequest, place: JobPlace): Promise<boolean> {
  const kept = await keptResult(bus, address, job.id, place);
  if (kept !== undefined) return same(job, kept.result.digest);
  for await (const message of queuedMessages(bus, address, place)) {
    if (jobTerms({ ...message, payload: message.data }).id === job.id) return same(job, digest(message.data));
  }
  return false;
}

/** The server knew the id: was it for the same job? When neither message nor result is left, it was ended just now, and its result removed. */
async function checkSame(
  bus: CallerBus,
  address: AgentAddress,
  job: JobRequest,
  seq: number,
  place: JobPlace,
): Promise<void> {
  const queued = await queuedMessage(bus, address, seq, place);
  const known =
    queued === undefined ? (await keptResult(bus, address, job.id, place))?.result.digest : digest(queued.data);
  if (known !== undefined) same(job, known);
}

function same(job: JobRequest, known: string): true {
  if (digest(job.payload) === known) return true;
  throw new JobError("conflict", `"${job.id}" is the id of another job of this agent; nothing was submitted`);
}
