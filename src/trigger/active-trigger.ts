// One trigger at work: what starts it, its runs, and what it holds of brokers.

import type { BusConnection } from "../bus/connection/connection.ts";
import { cronTimes, type DueTimes, instantOf } from "../manifest/cron-times.ts";
import type { TriggerConfig, TriggerSource } from "../manifest/trigger.ts";
import type { AgentAddress } from "../protocol/subjects.ts";
import type { Logger } from "../telemetry/log.ts";
import type { Clock } from "./clock.ts";
import type { TriggeredAgent, TriggerStatus } from "./contract.ts";
import { FileTrigger } from "./file-trigger.ts";
import { IntervalTrigger } from "./interval-trigger.ts";
import type { BrokerLink } from "./mqtt/broker-link.ts";
import type { BrokerLinks, HeldLink } from "./mqtt/broker-links.ts";
import { MqttTrigger } from "./mqtt-trigger.ts";
import { type EndedRuns, RunLine } from "./run-line.ts";
import type { TriggerKey } from "./store/run-record.ts";
import type { RunStore } from "./store/run-store.ts";
import { ownQueueGroup, SubjectTrigger } from "./subject-trigger.ts";
import { WallTrigger } from "./wall-trigger.ts";

export interface ActiveParts {
  readonly key: TriggerKey;
  readonly config: TriggerConfig;
  readonly address: AgentAddress;
  readonly bus: BusConnection;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly links: BrokerLinks;
  readonly log: Logger;
  readonly agent: () => TriggeredAgent | undefined;
  readonly before: Promise<void>;
  readonly onAnswer: () => void;
  /** Runs have ended, or were left out. Must not throw. */
  readonly onRuns?: (runs: EndedRuns) => void;
  /** A broker is there again, or away. */
  readonly onLink: () => void;
  /** `problem` is another. */
  readonly onProblem: () => void;
}

/** What starts runs. */
interface Starter {
  /** `isHandover`: another of its name was at work until now. */
  start(isHandover: boolean): void;
  stop(): void;
  nextMs?(): number | undefined;
}

export class ActiveTrigger {
  readonly config: TriggerConfig;
  readonly key: TriggerKey;
  readonly #parts: ActiveParts;
  readonly #line: RunLine;
  readonly #held: HeldLink[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #starter: Starter;
  #ownProblem: string | undefined;

  constructor(parts: ActiveParts) {
    this.#parts = parts;
    this.config = parts.config;
    this.key = parts.key;
    this.#line = new RunLine(parts);
    this.#starter = this.#starterOf(parts.config.source);
    if (parts.config.deliver?.type === "mqtt") this.#hold(parts.config.deliver.broker);
  }

  /** Why it cannot start runs, or deliver, now. */
  get problem(): string | undefined {
    return this.#ownProblem ?? this.#held.map(({ link }) => link.problem()).find((problem) => problem !== undefined);
  }

  /** Throws what the store throws. */
  start(isHandover: boolean): void {
    this.#line.start();
    this.#starter.start(isHandover);
  }

  /** Starts no more runs. Resolves when the one that goes on has ended. */
  async stop(): Promise<void> {
    this.#starter.stop();
    for (const undo of this.#undo) undo();
    await this.#line.stop();
    for (const held of this.#held) held.release();
  }

  status(): TriggerStatus {
    const { problem } = this;
    const nextMs = this.#starter.nextMs?.();
    return {
      name: this.config.name,
      kind: this.config.source.type,
      ...(nextMs === undefined ? {} : { next: new Date(nextMs).toISOString() }),
      isRunning: this.#line.isRunning,
      waiting: this.#line.waiting,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  #starterOf(source: TriggerSource): Starter {
    const { bus, key, address } = this.#parts;
    const line = this.#line;
    const onProblem = (problem: string | undefined): void => this.#setProblem(problem);
    const spec = specOf(source);
    switch (source.type) {
      case "every":
        return new IntervalTrigger(source.everyMs, this.#timed(spec));
      case "cron":
        return new WallTrigger(cronTimes(source.expression, source.timezone), this.#timed(spec));
      case "at":
        return new WallTrigger(oneTime(instantOf(source.at, source.timezone)), this.#timed(spec));
      case "subject": {
        const queueGroup = source.queueGroup ?? ownQueueGroup(address, key.trigger);
        return new SubjectTrigger({ bus, subject: source.subject, queueGroup, line, onProblem });
      }
      case "mqtt":
        return new MqttTrigger({ link: this.#hold(source.broker), topic: source.topic, qos: source.qos, line });
      case "file":
        return new FileTrigger({ ...this.#parts, ...source, spec, pattern: source.pattern, line, onProblem });
    }
  }

  #timed(spec: string) {
    return { ...this.#parts, spec, catchUp: this.config.catchUp, line: this.#line };
  }

  #hold(config: Parameters<BrokerLinks["hold"]>[0]): BrokerLink {
    const held = this.#parts.links.hold(config);
    this.#held.push(held);
    this.#undo.push(
      held.link.onChange(() => {
        this.#parts.onProblem();
        this.#parts.onLink();
      }),
    );
    return held.link;
  }

  #setProblem(problem: string | undefined): void {
    if (problem === this.#ownProblem) return;
    this.#ownProblem = problem;
    if (problem !== undefined) this.#parts.log.warn("A trigger cannot start runs", { reason: problem });
    this.#parts.onProblem();
  }
}

/** With another one, what was missed is not known. */
function specOf(source: TriggerSource): string {
  switch (source.type) {
    case "every":
      return `every ${source.everyMs}`;
    case "cron":
      return `cron ${source.expression} ${source.timezone ?? ""}`;
    case "at":
      return `at ${source.at} ${source.timezone ?? ""}`;
    case "file":
      return `file ${source.folder} ${source.pattern ?? ""}`;
    case "subject":
    case "mqtt":
      return source.type;
  }
}

function oneTime(atMs: number | undefined): DueTimes {
  return {
    next: (afterMs) => (atMs !== undefined && atMs > afterMs ? atMs : undefined),
    last: (untilMs) => (atMs !== undefined && atMs <= untilMs ? atMs : undefined),
  };
}
