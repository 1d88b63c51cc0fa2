// Walks through what a stream keeps, oldest first, one message at a time: nothing is taken from a queue by it.

import { type JobPlace, jobStream, jobSubject } from "../../protocol/job-subjects.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { type StoredMessage, storedMessage } from "./jetstream.ts";

/** Rejects with a `JobError`. A stream that is not there is empty. */
export async function* storedMessages(
  bus: CallerBus,
  stream: string,
  subject: string,
  from = 1,
): AsyncGenerator<StoredMessage, void, undefined> {
  let seq = from;
  for (;;) {
    const message = await storedMessage(bus, stream, { seq, next_by_subj: subject });
    if (message === undefined) return;
    yield message;
    seq = message.seq + 1;
  }
}

/** The jobs of one agent that have no result yet. */
export function queuedMessages(
  bus: CallerBus,
  address: AgentAddress,
  place: JobPlace,
): AsyncGenerator<StoredMessage, void, undefined> {
  return storedMessages(bus, jobStream(address, place), jobSubject(address, place));
}
