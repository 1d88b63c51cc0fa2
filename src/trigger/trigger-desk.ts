// All triggers of a runtime: kept while their agents are replaced, their runs recorded in one store, their answers brought to where they go.

import type { BusConnection } from "../bus/connection/connection.ts";
import type { TriggerConfig } from "../manifest/trigger.ts";
import type { Logger } from "../telemetry/log.ts";
import { ActiveTrigger } from "./active-trigger.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { TriggeredAgent, TriggerStatus } from "./contract.ts";
import { Deliverer } from "./deliver/deliverer.ts";
import type { HubLinkState } from "./deliver/link-proof.ts";
import { BrokerLinks } from "./mqtt/broker-links.ts";
import type { EndedRuns } from "./run-line.ts";
import type { RunRecord } from "./store/run-record.ts";
import { openRunStore } from "./store/open-store.ts";
import { hasStore, type RunStore } from "./store/run-store.ts";

export interface TriggerDeskPorts {
  readonly stateDirectory: string;
  readonly bus: BusConnection;
  /** To the hub of the bundled server; undefined: it has none. */
  readonly hubLink: () => HubLinkState | undefined;
  /** Whether two configurations say the same. */
  readonly isSame: (one: unknown, other: unknown) => boolean;
  /** Runs have ended, or were left out. Must not throw. */
  readonly onRuns?: (runs: EndedRuns) => void;
  readonly log: Logger;
  readonly clock?: Clock;
}

interface AgentTriggers {
  agent: TriggeredAgent | undefined;
  readonly active: Map<string, ActiveTrigger>;
  /** Those that could not be started, and are tried again. */
  readonly unstarted: Map<string, Unstarted>;
}

interface Unstarted {
  readonly config: TriggerConfig;
  readonly problem: string;
}

/** Until what could not be opened or started is tried again. */
const retryMs = 10_000;

export class TriggerDesk {
  readonly #ports: TriggerDeskPorts;
  readonly #clock: Clock;
  readonly #links: BrokerLinks;
  readonly #agents = new Map<string, AgentTriggers>();
  /** Runs of triggers that are no more, or are others now, by agent and trigger. */
  readonly #ending = new Map<string, Promise<void>>();
  #store: RunStore | undefined;
  #deliverer: Deliverer | undefined;
  #isRetired = false;
  #retry: (() => void) | undefined;

  /** Answers that a process before left undelivered are delivered, triggers or not. */
  constructor(ports: TriggerDeskPorts) {
    this.#ports = ports;
    this.#clock = ports.clock ?? systemClock;
    this.#links = new BrokerLinks(ports);
    if (hasStore(ports.stateDirectory)) this.#tryToOpen();
  }

  /**
   * The agent takes prompts, with these triggers: those that are as they were under its name go on untouched. Returns what ends them, unless another
   * agent of the name has taken over by then. Never throws.
   */
  attach(agent: TriggeredAgent, configs: readonly TriggerConfig[]): () => void {
    const { name } = agent.address;
    const known = this.#agents.get(name);
    if (this.#isRetired || (configs.length === 0 && known === undefined)) return () => undefined;
    const triggers = known ?? {
      agent,
      active: new Map<string, ActiveTrigger>(),
      unstarted: new Map<string, Unstarted>(),
    };
    this.#agents.set(name, triggers);
    triggers.agent = agent;
    this.#change(triggers, agent, configs);
    this.#tellAgent(triggers);
    return () => {
      if (triggers.agent === agent) this.#detach(name, triggers);
    };
  }

  /** Of the agent that has this name now. */
  statuses(agent: string): readonly TriggerStatus[] {
    const { active, unstarted } = this.#agents.get(agent) ?? {};
    return [
      ...[...(active?.values() ?? [])].map((trigger) => trigger.status()),
      ...[...(unstarted?.values() ?? [])].map(({ config, problem }) => {
        return { name: config.name, kind: config.source.type, isRunning: false, waiting: 0, problem };
      }),
    ];
  }

  /** The newest, newest last. Throws what the store throws. */
  runs(query: { readonly agent?: string; readonly last: number }): readonly RunRecord[] {
    return this.#store?.runs(query) ?? [];
  }

  /** The process ends: no run begins any more, and brokers keep for us what comes from now on. */
  retire(): void {
    this.#isRetired = true;
    this.#retry?.();
    this.#links.leave();
    for (const [name, triggers] of this.#agents) this.#detach(name, triggers);
  }

  /** After the agents have drained. Never rejects. */
  async close(): Promise<void> {
    this.retire();
    await Promise.all(this.#ending.values());
    await this.#deliverer?.close();
    await this.#links.close();
    this.#store?.close();
    this.#store = undefined;
  }

  #change(triggers: AgentTriggers, agent: TriggeredAgent, configs: readonly TriggerConfig[]): void {
    const before = new Set<string>();
    for (const [name, trigger] of [...triggers.active]) {
      const config = configs.find((one) => one.name === name);
      if (config !== undefined && this.#ports.isSame(config, trigger.config)) continue;
      before.add(name);
      this.#end(agent.address.name, triggers, trigger);
      if (config === undefined) this.#store?.skipQueued(trigger.key, "The trigger was taken out of the manifest");
    }
    triggers.unstarted.clear();
    for (const config of configs) {
      if (!triggers.active.has(config.name)) this.#start(triggers, agent, config, before.has(config.name));
    }
  }

  #start(triggers: AgentTriggers, { address }: TriggeredAgent, config: TriggerConfig, isHandover: boolean): void {
    const key = { agent: address.name, trigger: config.name };
    const log = this.#ports.log.with(key);
    try {
      const store = this.#open();
      const trigger = new ActiveTrigger({
        ...this.#ports,
        key,
        config,
        address,
        store,
        clock: this.#clock,
        links: this.#links,
        log,
        agent: () => triggers.agent,
        before: this.#ending.get(endingName(key.agent, config.name)) ?? Promise.resolve(),
        onAnswer: () => this.#deliverer?.add(key),
        onLink: () => this.#deliverer?.wake(),
        onProblem: () => this.#tellAgent(triggers),
      });
      triggers.active.set(config.name, trigger);
      trigger.start(isHandover);
    } catch (error) {
      log.error("A trigger cannot be started, and is tried again", { error });
      triggers.active.delete(config.name);
      triggers.unstarted.set(config.name, { config, problem: textOf(error) });
      this.#retryLater();
    }
  }

  #tryToOpen(): void {
    try {
      this.#open();
    } catch (error) {
      this.#ports.log.error("Runs cannot be recorded: no trigger starts until they can", { error });
      this.#retryLater();
    }
  }

  #retryLater(): void {
    if (this.#isRetired) return;
    this.#retry ??= this.#clock.after(retryMs, () => {
      this.#retry = undefined;
      this.#startAgain();
    });
  }

  #startAgain(): void {
    if (this.#store === undefined && hasStore(this.#ports.stateDirectory)) this.#tryToOpen();
    for (const triggers of this.#agents.values()) {
      const { agent, unstarted } = triggers;
      if (agent === undefined || unstarted.size === 0) continue;
      const again = [...unstarted.values()];
      unstarted.clear();
      for (const { config } of again) this.#start(triggers, agent, config, false);
      this.#tellAgent(triggers);
    }
  }

  #detach(name: string, triggers: AgentTriggers): void {
    triggers.agent = undefined;
    for (const trigger of [...triggers.active.values()]) this.#end(name, triggers, trigger);
    if (this.#agents.get(name) === triggers) this.#agents.delete(name);
  }

  #end(agent: string, triggers: AgentTriggers, trigger: ActiveTrigger): void {
    const name = endingName(agent, trigger.config.name);
    triggers.active.delete(trigger.config.name);
    const ended = Promise.all([this.#ending.get(name), trigger.stop()]).then(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    this.#ending.set(name, ended);
  }

  #tellAgent({ agent, active, unstarted }: AgentTriggers): void {
    const problems = [...active.values(), ...unstarted.values()].flatMap(({ config, problem }) =>
      problem === undefined ? [] : [`trigger "${config.name}": ${problem}`],
    );
    agent?.setNote(problems.length === 0 ? undefined : problems.join("; "));
  }

  /** Throws when the store cannot be used. */
  #open(): RunStore {
    if (this.#store !== undefined) return this.#store;
    const { stateDirectory, log } = this.#ports;
    const store = openRunStore(stateDirectory, log);
    this.#store = store;
    const interrupted = store.failInterrupted();
    if (interrupted > 0)
      log.warn("Runs were going on when the runtime ended; they are not run again", { runs: interrupted });
    this.#deliverer = new Deliverer({
      ...this.#ports,
      store,
      clock: this.#clock,
      broker: (name) => this.#links.find(name),
    });
    return store;
  }
}

function endingName(agent: string, trigger: string): string {
  return JSON.stringify([agent, trigger]);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
