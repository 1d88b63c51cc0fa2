// What people do with a job that is there: run it again, remove it, wait for it.

import { jobResultSubject, jobStream, jobSubject, recordStream } from "../../protocol/job-subjects.ts";
import { senderHeader } from "../../protocol/sender-header.ts";
import { traceHeaders } from "../../protocol/trace-context.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { delay } from "../delay.ts";
import { idHeaders, replayHeader } from "./job-envelope.ts";
import { JobError } from "./job-error.ts";
import type { JobResult } from "./job-record.ts";
import { dropProgress, keptResult } from "./job-records.ts";
import { jetStreamRequest, publishKept } from "./jetstream.ts";
import type { JobEntry } from "./list-jobs.ts";

/**
 * Puts a failed or expired job into the queue again, with all its tries; its result stays until there is a new one. Rejects with a `JobError`:
 * `wrong-state` for any other job.
 */
export async function replayJob(bus: CallerBus, { id, address, place, state, result, seq }: JobEntry): Promise<void> {
  if (result === undefined || state === "done") {
    throw new JobError("wrong-state", `Job "${id}" is ${state}: only a failed or expired one can be replayed`);
  }
  if (result.job === undefined) {
    throw new JobError("wrong-state", `Job "${id}" was too large to be kept with its result: submit it again`);
  }
  await publishKept(bus, jobSubject(address, place), result.job, {
    ...idHeaders(address, id, seq),
    [replayHeader]: `${seq}`,
    ...(result.sender === undefined ? {} : { [senderHeader]: result.sender }),
    ...(result.trace && traceHeaders(result.trace)),
  });
}

/** Removes a job that waits, or the result of one that ended. Rejects with a `JobError`: `wrong-state` while it runs. */
export async function removeJob(bus: CallerBus, { id, address, place, state, seq }: JobEntry): Promise<void> {
  if (state === "running") throw new JobError("wrong-state", `Job "${id}" is running: its result can be removed then`);
  if (state === "queued" || state === "retrying") {
    await jetStreamRequest(bus, `STREAM.MSG.DELETE.${jobStream(address, place)}`, { seq });
    if (place === "here") await dropProgress(bus, address, id);
    return;
  }
  await jetStreamRequest(bus, `STREAM.PURGE.${recordStream(address, place)}`, {
    filter: jobResultSubject(address, id, place),
  });
}

/** A result is heard of before it is kept, or not at all: looked for again, first soon, then seldom. */
const soonMs = 50;
const seldomMs = 2_000;

/** Resolves with the job's result, at once when it is there; undefined when `signal` fires first. Rejects with a `JobError`. */
export async function awaitResult(
  bus: CallerBus,
  address: AgentAddress,
  { id, place }: Pick<JobEntry, "id" | "place">,
  signal: AbortSignal,
): Promise<JobResult | undefined> {
  let wake = new AbortController();
  const subscription = bus.subscribe(jobResultSubject(address, id, place), () => wake.abort());
  const onAbort = (): void => wake.abort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (let pauseMs = soonMs; !signal.aborted;) {
      const kept = await keptResult(bus, address, id, place);
      if (kept !== undefined) return kept.result;
      await delay(pauseMs, wake.signal);
      pauseMs = wake.signal.aborted ? soonMs : Math.min(seldomMs, pauseMs * 2);
      wake = new AbortController();
    }
    return undefined;
  } finally {
    signal.removeEventListener("abort", onAbort);
    subscription.unsubscribe();
  }
}
