// The two streams that keep an owner's jobs: a queue that is emptied as jobs end, and their results. Both refuse when full, and forget nothing for room.

import type { JobOwner, JobPlace } from "../../protocol/job-subjects.ts";
import { jobStream, ownersJobs, ownersRecords, recordStream } from "../../protocol/job-subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { JobError } from "./job-error.ts";
import { isJetStreamError, jetStreamRequest, type JsonObject } from "./jetstream.ts";

export const maxJobsPerAgent = 10_000;

const megabyte = 1024 ** 2;
/** The first that the server has room for. */
const queueSizes = [64 * megabyte, 16 * megabyte, 4 * megabyte];
const recordSizes = [128 * megabyte, 32 * megabyte, 8 * megabyte];
const nanoseconds = 1_000_000;
const dayMs = 24 * 3_600_000;
/** How long a result stays. */
export const resultAgeMs = 7 * dayMs;
/** How long the server itself knows a `Nats-Msg-Id` again. */
const duplicateWindowMs = 10 * 60_000;

/** Makes what is missing and leaves alone what is there. Rejects with a `JobError`. */
export async function ensureJobStreams(bus: CallerBus, owner: JobOwner, place: JobPlace = "here"): Promise<void> {
  await ensureStream(bus, recordStream(owner, place), recordSizes, recordConfig(owner, place));
  await ensureStream(bus, jobStream(owner, place), queueSizes, queueConfig(owner, place));
}

/** No age: a clock that jumps by years must not empty the queue. Jobs end by their own time to live. */
function queueConfig(owner: JobOwner, place: JobPlace): JsonObject {
  return {
    description: "Muster jobs that wait for their agents",
    subjects: [ownersJobs(owner, place)],
    // Nobody consumes an outbox: a job stays in it until its result is there.
    retention: place === "here" ? "workqueue" : "limits",
    max_msgs_per_subject: maxJobsPerAgent,
    discard_new_per_subject: true,
    max_age: 0,
    duplicate_window: duplicateWindowMs * nanoseconds,
  };
}

function recordConfig(owner: JobOwner, place: JobPlace): JsonObject {
  return {
    description: "Results of Muster jobs",
    subjects: ownersRecords(owner, place),
    retention: "limits",
    max_msgs_per_subject: 1,
    max_age: resultAgeMs * nanoseconds,
  };
}

async function ensureStream(bus: CallerBus, name: string, sizes: readonly number[], config: JsonObject): Promise<void> {
  if (await hasStream(bus, name)) return;
  const whole = { ...config, name, storage: "file", discard: "new", num_replicas: 1, max_msgs: -1, max_msg_size: -1 };
  for (const size of sizes) {
    try {
      await jetStreamRequest(bus, `STREAM.CREATE.${name}`, { ...whole, max_bytes: size });
      return;
    } catch (error) {
      if (!isJetStreamError(error, "noStorage") && !isJetStreamError(error, "storageLimit")) throw error;
    }
  }
  const least = (sizes.at(-1) ?? 0) / megabyte;
  throw new JobError("full", `JetStream has no room for "${name}": ${least} MB are needed at least`);
}

export async function hasStream(bus: CallerBus, name: string): Promise<boolean> {
  try {
    await jetStreamRequest(bus, `STREAM.INFO.${name}`);
    return true;
  } catch (error) {
    if (isJetStreamError(error, "streamNotFound")) return false;
    throw error;
  }
}
