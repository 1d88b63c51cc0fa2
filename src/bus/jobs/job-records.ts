// Reads and writes the records of one owner's jobs.

import {
  type JobPlace,
  jobProgressSubject,
  jobResultSubject,
  jobStream,
  recordStream,
} from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { JobError } from "./job-error.ts";
import type { JobProgress, JobResult } from "./job-record.ts";
import { decodeProgress, decodeResult, encodeProgress } from "./job-record.ts";
import { isJetStreamError, jetStreamRequest, publishKept, type StoredMessage, storedMessage } from "./jetstream.ts";

export interface KeptResult {
  readonly seq: number;
  readonly result: JobResult;
}

const expectedSequence = "Nats-Expected-Last-Subject-Sequence";

/** Undefined when the job has none, or is not known. Rejects with a `JobError`. */
export async function keptResult(
  bus: CallerBus,
  address: AgentAddress,
  id: string,
  place: JobPlace = "here",
): Promise<KeptResult | undefined> {
  const subject = jobResultSubject(address, id, place);
  const message = await storedMessage(bus, recordStream(address, place), { last_by_subj: subject });
  const result = message === undefined ? undefined : decodeResult(message.data);
  return message === undefined || result === undefined ? undefined : { seq: message.seq, result };
}

/**
 * Keeps a result unless there is one: of two that finish the same job, the server lets one win. False: it has a result already. `replaces` is the
 * sequence of the one that may be overwritten. Rejects with a `JobError`.
 */
export async function keepResult(
  bus: CallerBus,
  address: AgentAddress,
  result: { readonly id: string; readonly payload: Uint8Array; readonly replaces: number | undefined },
  place: JobPlace = "here",
): Promise<boolean> {
  const { id, payload } = result;
  try {
    await publishKept(bus, jobResultSubject(address, id, place), payload, {
      [expectedSequence]: `${result.replaces ?? 0}`,
    });
    return true;
  } catch (error) {
    if (!isJetStreamError(error, "wrongLastSequence")) throw error;
    if (result.replaces === undefined) return false;
    const known = await keptResult(bus, address, id, place);
    if (known !== undefined && known.seq !== result.replaces) return false;
    // The one to be replaced was removed meanwhile: this is the first.
    return keepResult(bus, address, { ...result, replaces: undefined }, place);
  }
}

export async function jobProgress(bus: CallerBus, address: AgentAddress, id: string): Promise<JobProgress | undefined> {
  const message = await storedMessage(bus, recordStream(address), { last_by_subj: jobProgressSubject(address, id) });
  return message === undefined ? undefined : decodeProgress(message.data);
}

/** False when there is no room: the job goes on without. Rejects with a `JobError`. */
export async function keepProgress(
  bus: CallerBus,
  address: AgentAddress,
  id: string,
  progress: JobProgress,
): Promise<boolean> {
  try {
    await publishKept(bus, jobProgressSubject(address, id), encodeProgress(progress), {});
    return true;
  } catch (error) {
    if (error instanceof JobError && error.kind === "full") return false;
    throw error;
  }
}

export async function dropProgress(bus: CallerBus, address: AgentAddress, id: string): Promise<void> {
  await jetStreamRequest(bus, `STREAM.PURGE.${recordStream(address)}`, { filter: jobProgressSubject(address, id) });
}

/** The job's message, while it is in the queue. */
export function queuedMessage(
  bus: CallerBus,
  address: AgentAddress,
  seq: number,
  place: JobPlace = "here",
): Promise<StoredMessage | undefined> {
  return storedMessage(bus, jobStream(address, place), { seq });
}
