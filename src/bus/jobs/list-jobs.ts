// Every job that a server knows of: what waits, what runs, what has ended.

import type { JobOwner, JobPlace } from "../../protocol/job-subjects.ts";
import {
  allJobs,
  jobStream,
  ownersJobs,
  ownersResults,
  parseJobStream,
  parseJobSubject,
  parseResultSubject,
  recordStream,
} from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { jobTerms } from "./job-envelope.ts";
import type { FinalState, JobFailure, JobResult } from "./job-record.ts";
import { decodeResult } from "./job-record.ts";
import { jobProgress } from "./job-records.ts";
import { jetStreamRequest, type StoredMessage } from "./jetstream.ts";
import { storedMessages } from "./stored-messages.ts";

export interface JobSummary {
  readonly id: string;
  readonly address: AgentAddress;
  readonly place: JobPlace;
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
export function jobSummary(job: JobEntry): JobSummary {
  const { id, address, place, state, attempts, submittedAt, finishedAt, error, seq } = job;
  const ended = finishedAt === undefined ? {} : { finishedAt };
  return { id, address, place, state, attempts, submittedAt, seq, ...ended, ...(error === undefined ? {} : { error }) };
}

const places: readonly JobPlace[] = ["here", "outbox"];

/** Those that wait or run, then those that ended, oldest first. Rejects with a `JobError`. */
export async function* listJobs(bus: CallerBus): AsyncGenerator<JobEntry, void, undefined> {
  for (const place of places) {
    for (const owner of await jobOwners(bus, place)) yield* ownersEntries(bus, owner, place);
  }
}

async function* ownersEntries(
  bus: CallerBus,
  owner: JobOwner,
  place: JobPlace,
): AsyncGenerator<JobEntry, void, undefined> {
  for await (const message of storedMessages(bus, jobStream(owner, place), ownersJobs(owner, place))) {
    const entry = await queuedEntry(bus, message, place);
    if (entry !== undefined) yield entry;
  }
  for await (const message of storedMessages(bus, recordStream(owner, place), ownersResults(owner, place))) {
    const entry = endedEntry(message, place);
    if (entry !== undefined) yield entry;
  }
}

/** Whose jobs this server keeps. */
async function jobOwners(bus: CallerBus, place: JobPlace): Promise<readonly JobOwner[]> {
  const { streams } = await jetStreamRequest(bus, "STREAM.NAMES", { subject: allJobs(place) });
  if (!Array.isArray(streams)) return [];
  return streams.flatMap((name: unknown) => (typeof name === "string" ? (parseJobStream(name, place) ?? []) : []));
}

async function queuedEntry(bus: CallerBus, message: StoredMessage, place: JobPlace): Promise<JobEntry | undefined> {
  const address = parseJobSubject(message.subject);
  if (address === undefined) return undefined;
  const { id } = jobTerms({ ...message, payload: message.data });
  const progress = place === "here" ? await jobProgress(bus, address, id) : undefined;
  const mine = progress?.seq === message.seq ? progress : undefined;
  return {
    id,
    address,
    place,
    state: mine?.state ?? "queued",
    attempts: mine?.attempts ?? 0,
    submittedAt: new Date(message.storedAtMs).toISOString(),
    seq: message.seq,
    ...(mine?.error === undefined ? {} : { error: mine.error }),
  };
}

function endedEntry({ subject, seq, data }: StoredMessage, place: JobPlace): JobEntry | undefined {
  const named = parseResultSubject(subject);
  const result = decodeResult(data);
  if (named === undefined || result === undefined) return undefined;
  const { id, state, attempts, submittedAt, finishedAt, error } = result;
  const { address } = named;
  return {
    id,
    address,
    place,
    state,
    attempts,
    submittedAt,
    finishedAt,
    seq,
    result,
    ...(error === undefined ? {} : { error }),
  };
}
