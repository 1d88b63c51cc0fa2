// Sees that the jobs of one owner's agents are kept and taken: makes the streams, and has a runner at work for each agent with jobs.

import { jobStream, type JobOwner, ownersJobs, ownersResults, parseJobSubject } from "../../protocol/job-subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection, BusSubscription } from "../connection/connection.ts";
import { within } from "../within.ts";
import { HubJobs } from "./hub-jobs.ts";
import type { JobAgent } from "./job-agent.ts";
import { JobError } from "./job-error.ts";
import { type JobCounts, JobTally } from "./job-tally.ts";
import { JobRunner } from "./job-runner.ts";
import { ensureJobStreams } from "./job-streams.ts";
import { isJetStreamError, jetStreamRequest, objectOf } from "./jetstream.ts";

/** Jobs that come through a hub's stream make no sound of their own: they are looked for. */
const lookMs = 10_000;
/** What was heard of may not be kept yet: looked for again after each of these. */
const soonMs: readonly number[] = [50, 250, 1_000];
/** A disk that was full may have room again. */
const withoutJetStreamMs = 20_000;

export interface JobDeskOptions {
  readonly bus: BusConnection;
  readonly owner: JobOwner;
  readonly log: Logger;
  /** JetStream's domain at the hub that this bus is a leaf of, where it is one. */
  readonly hubDomain?: string;
}

export class JobDesk {
  readonly #options: JobDeskOptions;
  /** By name; of two while one replaces the other, the newer. */
  readonly #agents = new Map<string, JobAgent>();
  readonly #runners = new Map<JobAgent, { readonly runner: JobRunner; readonly ended: Promise<void> }>();
  readonly #tally = new JobTally();
  readonly #undo: (() => void)[] = [];
  readonly #hub: HubJobs | undefined;
  readonly #ears: BusSubscription[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasStreams = false;
  #isLooking = false;
  #soon: number[] = [];
  #isClosed = false;
  #lastProblem = "";

  constructor(options: JobDeskOptions) {
    this.#options = options;
    const { hubDomain } = options;
    this.#hub = hubDomain === undefined ? undefined : new HubJobs({ ...options, domain: hubDomain });
    this.#undo.push(
      options.bus.onStatus(({ state }) => {
        this.#hasStreams = false;
        this.#hub?.forget();
        if (state === "connected") this.#lookIn(0);
      }),
    );
    this.#lookIn(0);
  }

  add(agent: JobAgent): void {
    this.#agents.set(agent.address.name, agent);
    this.#lookIn(100);
  }

  /** It takes no more jobs; those in hand go on. */
  remove(agent: JobAgent): void {
    const { name } = agent.address;
    if (this.#agents.get(name) === agent && this.#agents.delete(name)) this.#tally.forget(name);
    this.#runners.get(agent)?.runner.stop();
  }

  /** Of an agent that is here, by its name; undefined while nothing is known of the queue. */
  counts(name: string): JobCounts | undefined {
    return this.#agents.has(name) ? this.#tally.of(name) : undefined;
  }

  /** Waits for what is in hand, at most `timeoutMs`. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const act of this.#undo) act();
    for (const ear of this.#ears) ear.unsubscribe();
    for (const { runner } of this.#runners.values()) runner.stop();
    await within(Promise.all([...this.#runners.values()].map(({ ended }) => ended)), timeoutMs);
    for (const { runner } of this.#runners.values()) runner.close();
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isLooking || !this.#options.bus.isConnected()) return;
    this.#isLooking = true;
    let nextMs = lookMs;
    try {
      await this.#prepare();
      for (const name of await this.#agentsWithJobs()) this.#serve(name);
      await this.#exchangeWithHub();
      this.#lastProblem = "";
    } catch (error) {
      if (error instanceof JobError && error.kind === "no-jetstream") nextMs = withoutJetStreamMs;
      this.#report(error);
    }
    this.#isLooking = false;
    this.#lookIn(this.#soon.shift() ?? nextMs);
  }

  async #prepare(): Promise<void> {
    if (this.#hasStreams) return;
    const { bus, owner } = this.#options;
    await ensureJobStreams(bus, owner);
    this.#hasStreams = true;
    if (this.#ears.length > 0) return;
    // The server gives a published job to us, too: its sound, not the job.
    this.#ears.push(bus.subscribe(ownersJobs(owner), ({ subject }) => this.#heard(parseJobSubject(subject)?.name)));
    if (this.#hub === undefined) return;
    const soon = (): void => {
      this.#soon = [...soonMs];
      if (!this.#isLooking) this.#lookIn(this.#soon.shift() ?? lookMs);
    };
    this.#ears.push(bus.subscribe(ownersJobs(owner, "outbox"), soon), bus.subscribe(ownersResults(owner), soon));
  }

  #heard(name: string | undefined): void {
    if (name === undefined) return;
    this.#tally.heard(name);
    this.#serve(name);
  }

  /** A link that is down is no problem: the next look tries again. */
  async #exchangeWithHub(): Promise<void> {
    try {
      await this.#hub?.exchange();
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      this.#options.log.debug("Nothing was exchanged with the hub", { error: error.message });
    }
  }

  async #agentsWithJobs(): Promise<readonly string[]> {
    const { bus, owner } = this.#options;
    try {
      const info = await jetStreamRequest(bus, `STREAM.INFO.${jobStream(owner)}`, {
        subjects_filter: ownersJobs(owner),
      });
      const kept = Object.entries(objectOf(objectOf(info["state"])["subjects"])).flatMap(([subject, number]) => {
        const name = parseJobSubject(subject)?.name;
        return name === undefined ? [] : [[name, Number(number)] as const];
      });
      this.#tally.looked(new Map(kept));
      return kept.map(([name]) => name);
    } catch (error) {
      if (isJetStreamError(error, "streamNotFound")) this.#hasStreams = false;
      throw error;
    }
  }

  #serve(name: string): void {
    const agent = this.#agents.get(name);
    if (agent === undefined || this.#runners.has(agent) || this.#isClosed) return;
    const runner = new JobRunner({
      ...this.#options,
      agent,
      tally: this.#tally,
      log: this.#options.log.with({ agent: name }),
    });
    const ended = this.#run(runner, agent);
    this.#runners.set(agent, { runner, ended });
  }

  async #run(runner: JobRunner, agent: JobAgent): Promise<void> {
    try {
      await runner.run();
    } catch (error) {
      this.#options.log.error("Taking jobs from the queue failed", { error: String(error) });
    }
    this.#runners.delete(agent);
  }

  #report(error: unknown): void {
    const { log, owner } = this.#options;
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    const isAbsent = error instanceof JobError && error.kind === "no-jetstream";
    if (isAbsent) log.info("This NATS server has no JetStream for us: no jobs are kept", { ...owner });
    else log.warn("Jobs cannot be looked for; trying again", { error: problem });
  }
}
