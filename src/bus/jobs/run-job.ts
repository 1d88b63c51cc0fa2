// One job from the queue to its result. Whatever happens in between, it is in the queue or has a result; killed between the two, it has both, and
// the next delivery sees that.

import { jobSubject } from "../../protocol/job-subjects.ts";
import { senderHeader } from "../../protocol/sender-header.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { traceContextOf } from "../../protocol/trace-context.ts";
import { steppedClock } from "../../host/stepped-clock.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import { delay } from "../delay.ts";
import type { StoredPrompt } from "../identity/sender-gate.ts";
import type { JobAgent, JobPrompt } from "./job-agent.ts";
import type { JobDelivery } from "./job-delivery.ts";
import { digest, jobTerms, type JobTerms } from "./job-envelope.ts";
import { JobError } from "./job-error.ts";
import { encodeResult, failureOf, type JobFailure, type JobResult } from "./job-record.ts";
import { dropProgress, jobProgress, keepProgress, keepResult, keptResult, queuedMessage } from "./job-records.ts";
import { judge, retryDelayMs } from "./job-retry.ts";
import { answerTooLarge } from "./job-turn.ts";

export interface JobPorts {
  readonly bus: BusConnection;
  readonly agent: JobAgent;
  readonly log: Logger;
  /** Told when a job has its result. */
  readonly onEnd: (state: JobResult["state"]) => void;
  /** The host closes: what could not be kept is left to the next start. */
  readonly signal: AbortSignal;
}

interface JobInHand {
  readonly ports: JobPorts;
  readonly delivery: JobDelivery;
  readonly terms: JobTerms;
  readonly log: Logger;
}

/** Room that a result needs beside the answer. */
const recordOverheadBytes = 8 * 1024;
const keepAgainMs = 2_000;

/** Rejects with a `JobError` when the server can't be asked: the job comes again. */
export async function runJob(ports: JobPorts, delivery: JobDelivery): Promise<void> {
  const terms = jobTerms(delivery);
  const job: JobInHand = { ports, delivery, terms, log: ports.log.with({ job: terms.id }) };
  const before = await earlierTries(job);
  if (before === undefined) return;
  if (isExpired(job)) return finish(job, { state: "expired", attempts: before.attempts, error: expired(terms) });
  if (before.attempts >= terms.attempts) {
    return finish(job, { state: "failed", attempts: before.attempts, error: before.error ?? interrupted() });
  }
  const attempts = before.attempts + 1;
  await note(job, { state: "running", attempts, ...(before.error === undefined ? {} : { error: before.error }) });
  const answer = await ports.agent.runJob({
    id: terms.id,
    ...storedPrompt(ports, delivery),
    ...tracedBy(delivery),
    maxAnswerBytes: ports.bus.maxPayloadBytes() - recordOverheadBytes,
    isExpired: () => isExpired(job),
  });
  switch (answer.type) {
    case "answer":
      return finish(job, { state: "done", attempts, text: answer.text, attachments: answer.attachments });
    case "expired":
      return finish(job, { state: "expired", attempts: before.attempts, error: expired(terms) });
    case "error":
      return failed(job, attempts, answer.error);
  }
}

/** A job of a hub was signed for the outbox there. */
function storedPrompt({ agent }: JobPorts, { payload, headers, subject }: JobDelivery): StoredPrompt {
  const sender = headers[senderHeader];
  const movedFrom = [jobSubject(agent.address, "outbox")];
  return { payload, subject, movedFrom, senderHeaders: sender === undefined ? [] : [sender] };
}

function tracedBy({ headers }: JobDelivery): Pick<JobPrompt, "trace"> {
  const trace = traceContextOf(headers);
  return trace === undefined ? {} : { trace };
}

/** Undefined when the job is done with: it has its result, or another message in the queue stands for it. */
async function earlierTries({
  ports: { bus, agent },
  delivery,
  terms,
  log,
}: JobInHand): Promise<{ readonly attempts: number; readonly error?: JobFailure } | undefined> {
  const known = await keptResult(bus, agent.address, terms.id);
  if (known !== undefined && known.seq !== terms.replaces) {
    log.info("A job with this id has its result already", { state: known.result.state });
    await delivery.done();
    return undefined;
  }
  const progress = await jobProgress(bus, agent.address, terms.id);
  if (progress === undefined) return { attempts: 0 };
  if (progress.seq === delivery.seq) return progress;
  if ((await queuedMessage(bus, agent.address, progress.seq)) === undefined) return { attempts: 0 };
  log.warn("A job with the id of one that is in work was left out; an id stands for one job");
  await delivery.done();
  return undefined;
}

async function failed(job: JobInHand, attempts: number, error: ServiceError): Promise<void> {
  const { delivery, terms, log } = job;
  const verdict = judge(error);
  const failure = failureOf(error);
  if (verdict === "final" || (verdict === "counted" && attempts >= terms.attempts)) {
    return finish(job, { state: "failed", attempts, error: failure });
  }
  const delayMs = retryDelayMs(verdict, attempts, error.fields.retry_after_s);
  log.warn("A job failed and is tried again", { error: error.error, attempts, afterS: delayMs / 1_000 });
  await note(job, { state: "retrying", attempts: verdict === "excused" ? attempts - 1 : attempts, error: failure });
  delivery.again(delayMs);
}

async function note(
  { ports: { bus, agent }, delivery, terms, log }: JobInHand,
  progress: { readonly state: "running" | "retrying"; readonly attempts: number; readonly error?: JobFailure },
): Promise<void> {
  const isKept = await keepProgress(bus, agent.address, terms.id, { seq: delivery.seq, ...progress });
  if (!isKept) log.debug("The progress of a job could not be kept: the store is full");
}

type Ending = Pick<JobResult, "state" | "attempts"> & Partial<Pick<JobResult, "text" | "attachments" | "error">>;

async function finish(job: JobInHand, ending: Ending): Promise<void> {
  const { ports, delivery, terms, log } = job;
  const payload = fittingResult(job, ending);
  if (!(await keepUntilKept(job, payload))) return;
  await delivery.done();
  ports.onEnd(ending.state);
  await dropProgress(ports.bus, ports.agent.address, terms.id);
  log.info("A job ended", { state: ending.state, attempts: ending.attempts, error: ending.error?.error });
}

/** As large as one message may be: an answer that is larger is a failure, a payload that makes it so is left out. */
function fittingResult(job: JobInHand, ending: Ending): Uint8Array {
  const { ports, delivery, terms } = job;
  const limit = ports.bus.maxPayloadBytes() - 512; // Headers count.
  const base = {
    id: terms.id,
    submittedAt: new Date(delivery.storedAtMs).toISOString(),
    finishedAt: new Date().toISOString(),
    digest: digest(delivery.payload),
    text: "",
    attachments: [],
  };
  const result = { ...base, ...ending };
  const sender = delivery.headers[senderHeader];
  const kept = { job: delivery.payload, ...tracedBy(delivery), ...(sender === undefined ? {} : { sender }) };
  const whole = encodeResult(ending.state === "done" ? result : { ...result, ...kept });
  if (whole.byteLength <= limit) return whole;
  if (ending.state !== "done") return encodeResult(result);
  return fittingResult(job, {
    state: "failed",
    attempts: ending.attempts,
    error: failureOf(answerTooLarge(limit)),
  });
}

/** The answer is there: it waits for room and for the bus, and is not made again. False when the host closes first. */
async function keepUntilKept({ ports, terms, log }: JobInHand, payload: Uint8Array): Promise<boolean> {
  const { bus, agent, signal } = ports;
  let lastProblem = "";
  while (!signal.aborted) {
    try {
      const isFirst = await keepResult(bus, agent.address, { id: terms.id, payload, replaces: terms.replaces });
      if (!isFirst) log.warn("A job has a result already; this one is dropped");
      return true;
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      if (error.message !== lastProblem) log.warn("A job's result cannot be kept yet", { error: error.message });
      lastProblem = error.message;
    }
    await delay(keepAgainMs, signal);
  }
  return false;
}

function isExpired({ delivery, terms }: JobInHand): boolean {
  return (steppedClock.ageMs(delivery.storedAtMs) ?? 0) > terms.ttlMs;
}

function expired({ ttlMs }: JobTerms): JobFailure {
  const text = `The job could not be run within its time to live of ${ttlMs / 1_000} s`;
  return failureOf(new ServiceError(500, "expired", text));
}

function interrupted(): JobFailure {
  return failureOf(new ServiceError(500, "interrupted", "The agent's process ended during each try of the job"));
}
