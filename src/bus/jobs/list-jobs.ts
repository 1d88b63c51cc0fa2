// Every job that a server knows of: what waits, what runs, what has ended.

import type { JobOwner } from "../../protocol/job-subjects.ts";
import {
  allJobs,
  jobStream,
  ownersJobs,
  ownersRecords,
  parseJobSubject,
  parseResultSubject,
  recordStream,
} from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../caller-bus.ts";
import { jobTerms } from "./job-envelope.ts";
import type { FinalState, JobFailure, JobResult } from "./job-record.ts";
import { decodeResult } from "./job-record.ts";
import { jobProgress } from "./job-records.ts";
import { jetStreamRequest, type StoredMessage } from "./jetstream.ts";
import { storedMessages } from "./stored-messages.ts";

export interface JobSummary {
  readonly id: string;
  readonly address: AgentAddress;
  readonly state: "queued" | "running" | "retrying" | FinalState;
  readonly attempts: number;
  /** ISO 8601. */
  readonly submittedAt: string;
  readonly finishedAt?: string;
  /** The last one; of a job that runs or waits, of an earlier try. */
  readonly error?: JobFailure;
  /** Its place in the queue, or of its result. */
  readonly seq: number;
}

export interface JobEntry extends JobSummary {
  /** Once it has ended. */
  readonly result?: JobResult;
}

/** Without the answer, which may be large. */
export function jobSummary({
  id,
  address,
  state,
  attempts,
  submittedAt,
  finishedAt,
  error,
  seq,
}: JobEntry): JobSummary {
  const ended = finishedAt === undefined ? {} : { finishedAt };
  return { id, address, state, attempts, submittedAt, seq, ...ended, ...(error === undefined ? {} : { error }) };
}

/** Those that wait or run, then those that ended, oldest first. Rejects with a `JobError`. */
export async function* listJobs(bus: CallerBus): AsyncGenerator<JobEntry, void, undefined> {
  for (const owner of await jobOwners(bus)) {
    for await (const message of storedMessages(bus, jobStream(owner), ownersJobs(owner))) {
      const entry = await queuedEntry(bus, message);
      if (entry !== undefined) yield entry;
    }
    const [results = ""] = ownersRecords(owner);
    for await (const message of storedMessages(bus, recordStream(owner), results)) {
      const entry = endedEntry(message);
      if (entry !== undefined) yield entry;
    }
  }
}

/** Whose jobs this server keeps. */
export async function jobOwners(bus: CallerBus): Promise<readonly JobOwner[]> {
  const { streams } = await jetStreamRequest(bus, "STREAM.NAMES", { subject: allJobs });
  if (!Array.isArray(streams)) return [];
  return streams.flatMap((stream: unknown) => {
    const [kind, agent, owner] = typeof stream === "string" ? stream.split("=") : [];
    return kind !== "MUSTER_JOBS" || agent === undefined || owner === undefined ? [] : [{ agent, owner }];
  });
}

async function queuedEntry(bus: CallerBus, message: StoredMessage): Promise<JobEntry | undefined> {
  const address = parseJobSubject(message.subject);
  if (address === undefined) return undefined;
  const { id } = jobTerms({ ...message, payload: message.data });
  const progress = await jobProgress(bus, address, id);
  const mine = progress?.seq === message.seq ? progress : undefined;
  return {
    id,
    address,
    state: mine?.state ?? "queued",
    attempts: mine?.attempts ?? 0,
    submittedAt: new Date(message.storedAtMs).toISOString(),
    seq: message.seq,
    ...(mine?.error === undefined ? {} : { error: mine.error }),
  };
}

function endedEntry({ subject, seq, data }: StoredMessage): JobEntry | undefined {
  const place = parseResultSubject(subject);
  const result = decodeResult(data);
  if (place === undefined || result === undefined) return undefined;
  const { id, state, attempts, submittedAt, finishedAt, error } = result;
  const { address } = place;
  return {
    id,
    address,
    state,
    attempts,
    submittedAt,
    finishedAt,
    seq,
    result,
    ...(error === undefined ? {} : { error }),
  };
}
