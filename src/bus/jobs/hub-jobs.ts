// Fetches the jobs that a hub keeps for us, and takes their results there. Each step may be done twice: a job is known by its id on both sides, and
// stays at the hub until its result is there.

import {
  type JobOwner,
  jobStream,
  jobSubject,
  ownersJobs,
  ownersUnsent,
  parseJobSubject,
  parseResultSubject,
  recordStream,
} from "../../protocol/job-subjects.ts";
import { senderHeader } from "../../protocol/sender-header.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { traceContextOf, traceHeaders } from "../../protocol/trace-context.ts";
import { steppedClock } from "../../host/stepped-clock.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { CallerBus } from "../calling/caller-bus.ts";
import { domainBus } from "./domain-bus.ts";
import { decodeMark, dropMark, type HubMark, hubMark, keepMark } from "./hub-mark.ts";
import { attemptsHeader, idHeaders, jobTerms, type JobTerms, replayHeader, ttlHeader } from "./job-envelope.ts";
import { JobError } from "./job-error.ts";
import { encodeResult, failureOf, type JobResult } from "./job-record.ts";
import { keepResult, keptResult } from "./job-records.ts";
import { ensureJobStreams } from "./job-streams.ts";
import { jetStreamRequest, publishKept, type StoredMessage } from "./jetstream.ts";
import { storedMessages } from "./stored-messages.ts";

export interface HubJobsOptions {
  readonly bus: CallerBus;
  readonly owner: JobOwner;
  /** Of the hub's JetStream. */
  readonly domain: string;
  readonly log: Logger;
}

export class HubJobs {
  readonly #options: HubJobsOptions;
  readonly #hub: CallerBus;
  #hasOutbox = false;
  /** Jobs up to here were fetched since the outbox was last found. */
  #fetched = 0;

  constructor(options: HubJobsOptions) {
    this.#options = options;
    this.#hub = domainBus(options.bus, options.domain);
  }

  /** The connection is another, and the hub perhaps too. */
  forget(): void {
    this.#hasOutbox = false;
    this.#fetched = 0;
  }

  /** Rejects with a `JobError`: nobody answers while the link is down. */
  async exchange(): Promise<void> {
    try {
      if (!this.#hasOutbox) await ensureJobStreams(this.#hub, this.#options.owner, "outbox");
      this.#hasOutbox = true;
      await this.#fetch();
      await this.#sendResults();
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  async #fetch(): Promise<void> {
    const { owner } = this.#options;
    const jobs = storedMessages(this.#hub, jobStream(owner, "outbox"), ownersJobs(owner, "outbox"), this.#fetched + 1);
    for await (const message of jobs) {
      const address = parseJobSubject(message.subject);
      if (address !== undefined) await this.#fetchOne(address, message);
      this.#fetched = message.seq;
    }
  }

  async #fetchOne(address: AgentAddress, message: StoredMessage): Promise<void> {
    const { bus, log } = this.#options;
    const terms = hubTerms(message);
    const before = await hubMark(bus, address, terms.id);
    if (before?.hubSeq === message.seq) return;
    const atHub = await keptResult(this.#hub, address, terms.id, "outbox");
    if (before !== undefined || (atHub !== undefined && atHub.seq !== terms.replaces)) {
      log.warn("A hub's job with the id of another was left out; an id stands for one job", { job: terms.id });
      await this.#dropAtHub(address, message.seq);
      return;
    }
    const own = terms.replaces === undefined ? undefined : await keptResult(bus, address, terms.id);
    await publishKept(bus, jobSubject(address), message.data, ownHeaders(address, terms, message, own?.seq));
    await keepMark(bus, address, terms.id, {
      hubSeq: message.seq,
      ...(terms.replaces === undefined ? {} : { hubReplaces: terms.replaces }),
      ...(own === undefined ? {} : { ownReplaces: own.seq }),
    });
    log.info("Fetched a job from the hub", { job: terms.id, agent: address.name });
  }

  async #sendResults(): Promise<void> {
    const { bus, owner } = this.#options;
    for await (const { subject, data } of storedMessages(bus, recordStream(owner), ownersUnsent(owner))) {
      const place = parseResultSubject(subject);
      const mark = decodeMark(data);
      if (place === undefined || mark === undefined) continue;
      const kept = await keptResult(bus, place.address, place.id);
      if (kept === undefined || kept.seq === mark.ownReplaces) continue;
      await this.#sendResult(place.address, mark, kept.result);
    }
  }

  async #sendResult(address: AgentAddress, mark: HubMark, result: JobResult): Promise<void> {
    const { bus, log } = this.#options;
    await this.#keepAtHub(address, mark, result);
    await this.#dropAtHub(address, mark.hubSeq);
    await dropMark(bus, address, result.id);
    log.info("Took a job's result to the hub", { job: result.id, agent: address.name });
  }

  async #keepAtHub(address: AgentAddress, { hubReplaces: replaces }: HubMark, result: JobResult): Promise<void> {
    const { id } = result;
    try {
      await keepResult(this.#hub, address, { id, payload: encodeResult(result), replaces }, "outbox");
    } catch (error) {
      if (!(error instanceof JobError) || error.kind !== "too-large") throw error;
      const { attempts, submittedAt, finishedAt, digest } = result;
      const kept = { id, attempts, submittedAt, finishedAt, digest, text: "", attachments: [] };
      const text = "The result is larger than a message may be at the hub; it is kept on the agent's machine";
      const failure = failureOf(new ServiceError(500, "answer_too_large", text));
      const payload = encodeResult({ ...kept, state: "failed", error: failure });
      await keepResult(this.#hub, address, { id, payload, replaces }, "outbox");
    }
  }

  /** One that is gone already was removed by somebody. */
  async #dropAtHub(address: AgentAddress, seq: number): Promise<void> {
    try {
      await jetStreamRequest(this.#hub, `STREAM.MSG.DELETE.${jobStream(address, "outbox")}`, { seq });
    } catch (error) {
      if (!(error instanceof JobError) || error.kind !== "refused") throw error;
      this.#options.log.debug("A job was gone from the hub's outbox", { seq, error: error.message });
    }
  }
}

/** A place in the hub's outbox is no place in our queue. */
function hubTerms(message: StoredMessage): JobTerms {
  const terms = jobTerms({ ...message, payload: message.data });
  return terms.id === `seq-${message.seq}` ? { ...terms, id: `hub-${terms.id}` } : terms;
}

/** The time that it has waited at the hub is gone from its life. */
function ownHeaders(
  address: AgentAddress,
  terms: JobTerms,
  message: StoredMessage,
  replaces: number | undefined,
): Record<string, string> {
  const sender = message.headers[senderHeader];
  const trace = traceContextOf(message.headers);
  const waitedMs = steppedClock.ageMs(message.storedAtMs) ?? 0;
  return {
    ...idHeaders(address, terms.id, terms.replaces),
    [ttlHeader]: `${Math.max(1, terms.ttlMs - waitedMs)}ms`,
    [attemptsHeader]: `${terms.attempts}`,
    ...(replaces === undefined ? {} : { [replayHeader]: `${replaces}` }),
    ...(sender === undefined ? {} : { [senderHeader]: sender }),
    ...(trace && traceHeaders(trace)),
  };
}
