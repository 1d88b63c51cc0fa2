// The runs of one trigger, one after the other: recorded before they begin, asked of the agent, their answers kept.

import { digest } from "../bus/jobs/job-envelope.ts";
import { uniqueId } from "../bus/unique-id.ts";
import type { TriggerConfig } from "../manifest/trigger.ts";
import type { Logger } from "../telemetry/log.ts";
import { askAgent } from "./ask-agent.ts";
import type { Clock } from "./clock.ts";
import type { TriggeredAgent } from "./contract.ts";
import { deliveryTarget } from "./delivery-target.ts";
import { fillPrompt, UnfitEvent } from "./fill-prompt.ts";
import type { OpenRun, RunEvent, TriggerKey } from "./store/run-record.ts";
import type { RunStore } from "./store/run-store.ts";

/** Of one trigger. */
export const maxWaiting = 100;
/** What triggers start each other ends here. */
const maxHops = 8;

/** `times`: how many. */
export interface EndedRuns extends TriggerKey {
  readonly state: "done" | "failed" | "skipped";
  readonly times: number;
}

export interface RunLineParts {
  readonly key: TriggerKey;
  readonly config: TriggerConfig;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined: none takes prompts. */
  readonly agent: () => TriggeredAgent | undefined;
  /** Runs of the trigger as it was before, of which one may still go on. */
  readonly before: Promise<void>;
  /** An answer is to be delivered. */
  readonly onAnswer: (key: TriggerKey) => void;
  /** Runs have ended, or were left out. Must not throw. */
  readonly onRuns?: (runs: EndedRuns) => void;
}

export class RunLine {
  readonly #parts: RunLineParts;
  readonly #stop = new AbortController();
  #work: Promise<void> | undefined;
  #isRunning = false;
  #lastTrouble = "";

  constructor(parts: RunLineParts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  get waiting(): number {
    return this.#parts.store.countQueued(this.#parts.key);
  }

  /** Goes on with what waits since before. */
  start(): void {
    this.#pump();
  }

  /** A tick is due. `record` is kept with it, or neither is. Never throws. */
  tick(tick: { readonly dueMs: number; readonly reason?: string }, record: () => void): void {
    const { config } = this.#parts;
    this.#kept(() => {
      record();
      if (config.overlap === "skip" && this.#isBusy()) {
        this.#skip({ ...this.#newRun(tick.dueMs), reason: "The run before it had not ended" });
      } else
        this.#addQueued({ ...this.#newRun(tick.dueMs), ...(tick.reason === undefined ? {} : { reason: tick.reason }) });
    });
    this.#pump();
  }

  /** Ticks that nobody could run. Never throws. */
  missed(
    missed: { readonly dueMs: number; readonly times: number; readonly reason: string },
    record: () => void,
  ): void {
    const { log } = this.#parts;
    this.#kept(() => {
      record();
      this.#skip({ ...this.#newRun(missed.dueMs), reason: missed.reason }, missed.times);
    });
    log.warn("Runs of a trigger were missed", { times: missed.times, reason: missed.reason });
  }

  /** Something came. False: it could not be recorded, and may be offered again. */
  event(event: RunEvent, record: () => void = () => undefined): boolean {
    const { store, key, config, clock } = this.#parts;
    const isKept = this.#kept(() => {
      record();
      if (event.key !== undefined && event.isRepeated === true && store.knowsEvent(key, event.key)) return;
      const run = { ...this.#newRun(clock.wallMs()), event };
      const bare = { ...run, event: { name: event.name, hops: event.hops } };
      if (event.hops >= maxHops) {
        this.#skip({ ...bare, reason: `Triggers have started each other ${maxHops} times` });
      } else if (config.overlap === "skip" && this.#isBusy()) {
        this.#skip({ ...bare, reason: "The run before it had not ended" });
      } else this.#addQueued(run);
    });
    this.#pump();
    return isKept;
  }

  /** There is room for one more. */
  hasRoom(): boolean {
    return this.waiting < maxWaiting;
  }

  /** Begins no more runs. Resolves when the one that goes on has ended; what waits stays for the next start. Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  #isBusy(): boolean {
    return this.#isRunning || this.waiting > 0;
  }

  #newRun(dueMs: number) {
    const { key, config } = this.#parts;
    return { ...key, id: `run-${uniqueId()}`, kind: config.source.type, dueMs };
  }

  #addQueued(run: Parameters<RunStore["add"]>[0]): void {
    const { store } = this.#parts;
    if (this.hasRoom()) store.add(run, "queued");
    else this.#skip({ ...run, reason: `${maxWaiting} wait already` });
  }

  #skip(run: Parameters<RunStore["skip"]>[0], times = 1): void {
    this.#parts.store.skip(run, times);
    this.#tellEnd("skipped", times);
  }

  #tellEnd(state: EndedRuns["state"], times = 1): void {
    const { key, onRuns } = this.#parts;
    onRuns?.({ ...key, state, times });
  }

  #kept(act: () => void): boolean {
    const { store, log } = this.#parts;
    try {
      store.together(act);
      this.#lastTrouble = "";
      return true;
    } catch (error) {
      const trouble = String(error);
      if (trouble !== this.#lastTrouble) log.error("A run cannot be recorded, and is not run", { error });
      this.#lastTrouble = trouble;
      return false;
    }
  }

  #pump(): void {
    if (this.#stop.signal.aborted) return;
    this.#work ??= this.#runAll().then(
      () => this.#rested(),
      (error: unknown) => {
        this.#parts.log.error("Runs of a trigger stopped", { error });
        this.#work = undefined;
      },
    );
  }

  #rested(): void {
    this.#work = undefined;
  }

  async #runAll(): Promise<void> {
    const { store, key, before } = this.#parts;
    await before;
    for (;;) {
      if (this.#stop.signal.aborted) return;
      const run = store.nextQueued(key);
      if (run === undefined) return;
      this.#isRunning = true;
      try {
        await this.#run(run);
      } finally {
        this.#isRunning = false;
      }
    }
  }

  async #run(run: OpenRun): Promise<void> {
    const { store, config, log, key } = this.#parts;
    const runLog = log.with({ run: run.id });
    const agent = this.#parts.agent();
    if (agent === undefined) {
      store.end(run.seq, "skipped", "The agent is stopped");
      this.#tellEnd("skipped");
      return;
    }
    store.begin(run.seq);
    runLog.info("A trigger starts a run", run.event === undefined ? {} : { event: run.event.name });
    try {
      const prompt = await fillPrompt(config, run, agent.maxPayloadBytes);
      const { agent: now, clock } = this.#parts;
      const answer = await askAgent({ run, config, prompt }, { first: agent, agent: now, clock }, this.#stop.signal);
      if (answer === undefined) store.putBack(run.seq);
      else if (answer.type === "answer") {
        const kept = (await agent.keepable?.(answer.text)) ?? answer.text;
        const target = config.deliver === undefined ? undefined : deliveryTarget(config, agent, answer.trace);
        store.keepAnswer(run.seq, { whole: answer.text, kept }, digest(prompt.text), target);
        this.#tellEnd("done");
        runLog.info("A run ended", { state: "done" });
        if (target !== undefined) this.#parts.onAnswer(key);
      } else this.#failed(run, `${answer.error.error}: ${answer.error.message}`, runLog);
    } catch (error) {
      if (!(error instanceof UnfitEvent)) throw error;
      this.#failed(run, error.message, runLog);
    }
  }

  #failed({ seq }: OpenRun, reason: string, log: Logger): void {
    this.#parts.store.end(seq, "failed", reason);
    this.#tellEnd("failed");
    log.warn("A run failed", { reason });
  }
}
