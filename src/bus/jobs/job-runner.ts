// Takes an agent's jobs from the queue while it is ready and has a hand free.

import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import { delay } from "../delay.ts";
import type { JobAgent } from "./job-agent.ts";
import { ackWaitMs, ensureJobConsumer, pullJob } from "./job-consumer.ts";
import type { JobDelivery } from "./job-delivery.ts";
import type { JobResult } from "./job-record.ts";
import type { JobTally } from "./job-tally.ts";
import { jobTerms } from "./job-envelope.ts";
import { JobError } from "./job-error.ts";
import { runJob } from "./run-job.ts";

const problemPauseMs = 5_000;
/** Pulls without a job after which it leaves; each takes half a minute. */
const emptyPulls = 2;

export interface JobRunnerOptions {
  readonly bus: BusConnection;
  readonly agent: JobAgent;
  readonly log: Logger;
  readonly tally: JobTally;
}

export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #hands = new Map<number, JobDelivery>();
  /** By job id: the last message of it that is in hand. */
  readonly #jobs = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #close = new AbortController();
  #change = new AbortController();
  #hasConsumer = false;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Runs until it is stopped or has found no job for a minute, and no job is in hand. Never rejects. */
  async run(): Promise<void> {
    const { bus, agent } = this.#options;
    const changed = (): void => this.#changed();
    const undo = [agent.onChange(changed), bus.onStatus(changed)];
    try {
      await this.#takeJobs();
      while (this.#hands.size > 0) await this.#nextChange();
    } finally {
      for (const act of undo) act();
    }
  }

  /** Takes no more; what is in hand goes on. */
  stop(): void {
    this.#stop.abort();
    this.#changed();
  }

  /** What is in hand and could not be kept is given up. */
  close(): void {
    this.#close.abort();
    this.stop();
  }

  async #takeJobs(): Promise<void> {
    let empty = 0;
    while (!this.#stop.signal.aborted && (empty < emptyPulls || this.#hands.size > 0)) {
      if (!this.#mayTake()) {
        await this.#nextChange();
        continue;
      }
      const pulled = await this.#pull();
      empty = pulled === "none" ? empty + 1 : 0;
    }
  }

  #mayTake(): boolean {
    const { bus, agent } = this.#options;
    return bus.isConnected() && agent.isReady() && this.#hands.size < agent.concurrency;
  }

  async #pull(): Promise<"job" | "none" | "cut short"> {
    const { bus, agent, log } = this.#options;
    const { signal } = this.#change;
    try {
      if (!this.#hasConsumer) await ensureJobConsumer(bus, agent.address, agent.concurrency);
      this.#hasConsumer = true;
      const pulled = await pullJob(bus, agent.address, signal);
      if (pulled.type === "gone") this.#hasConsumer = false;
      if (pulled.type === "job") void this.#take(pulled.delivery);
      if (pulled.type === "gone" || pulled.type === "refused") await delay(problemPauseMs, this.#stop.signal);
      return pulled.type === "job" ? "job" : signal.aborted ? "cut short" : "none";
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      log.warn("Jobs cannot be taken from the queue", { error: error.message });
      await delay(problemPauseMs, this.#stop.signal);
      return "none";
    }
  }

  /** Never rejects. */
  async #take(delivery: JobDelivery): Promise<void> {
    const known = this.#hands.get(delivery.seq);
    if (known !== undefined) {
      known.follow(delivery);
      return;
    }
    const { bus, agent, log, tally } = this.#options;
    const { name } = agent.address;
    const onEnd = (state: JobResult["state"]): void => tally.ended(name, state);
    this.#hands.set(delivery.seq, delivery);
    tally.took(name);
    const beat = setInterval(() => delivery.working(), ackWaitMs / 3);
    try {
      await this.#inTurn(jobTerms(delivery).id, () =>
        runJob({ bus, agent, log, onEnd, signal: this.#close.signal }, delivery),
      );
    } catch (error) {
      log.warn("A job was left to another try", { error: error instanceof Error ? error.message : String(error) });
      delivery.again(problemPauseMs);
    } finally {
      clearInterval(beat);
      this.#hands.delete(delivery.seq);
      tally.left(name);
      this.#changed();
    }
  }

  /** Messages of one job follow each other: a later one finds what became of an earlier. */
  async #inTurn(id: string, run: () => Promise<void>): Promise<void> {
    const mine = (this.#jobs.get(id) ?? Promise.resolve()).then(run, run);
    this.#jobs.set(id, mine);
    try {
      await mine;
    } finally {
      if (this.#jobs.get(id) === mine) this.#jobs.delete(id);
    }
  }

  #changed(): void {
    this.#change.abort();
    this.#change = new AbortController();
  }

  async #nextChange(): Promise<void> {
    await delay(60_000, this.#change.signal);
  }
}
