// Makes what runs equal to what is wanted. Start-up, reload, a dropped-in file and shutdown are this call with another wish.

import type { Logger } from "../telemetry/log.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import { isSameAgent } from "./agent-definition.ts";

/** An agent that was started; `Running` is what the runtime keeps of it. */
export interface ReconciledAgent {
  readonly definition: AgentDefinition;
  /** Ends its turns within the time, then it is gone. Called again, the sooner end counts. Never rejects. */
  drain(timeoutMs: number): Promise<void>;
}

export interface StartFailure {
  readonly definition: AgentDefinition;
  readonly reason: string;
}

/** Names of agents, each in one list. */
export interface Plan {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly same: readonly string[];
}

/** What `apply` would do. */
export function planChanges(
  running: ReadonlyMap<string, AgentDefinition>,
  desired: ReadonlyMap<string, AgentDefinition>,
): Plan {
  const isSame = (name: string, definition: AgentDefinition) => {
    const before = running.get(name);
    return before !== undefined && isSameAgent(before, definition);
  };
  const [wanted, names] = [[...desired], [...desired.keys()]];
  const same = wanted.filter(([name, definition]) => isSame(name, definition)).map(([name]) => name);
  return {
    added: names.filter((name) => !running.has(name)),
    changed: names.filter((name) => running.has(name) && !same.includes(name)),
    removed: [...running.keys()].filter((name) => !desired.has(name)),
    same,
  };
}

export interface ReconcilePorts<Running extends ReconciledAgent> {
  /** Registers an agent. May throw: that agent is left out, and the others are not touched. */
  readonly start: (definition: AgentDefinition) => Running;
  /** After the last of an agent, not of one that was replaced, has drained. */
  readonly onGone: (name: string) => void;
  readonly log: Logger;
}

export class Reconciler<Running extends ReconciledAgent> {
  readonly #ports: ReconcilePorts<Running>;
  readonly #running = new Map<string, Running>();
  readonly #draining = new Map<Running, Promise<void>>();
  readonly #failures = new Map<string, StartFailure>();

  constructor(ports: ReconcilePorts<Running>) {
    this.#ports = ports;
  }

  /**
   * Starts what is new, drains what is gone, replaces what changed (the new one is registered before the old one drains) and leaves alone
   * what is equal. Returns at once what it did; `drained` waits for those that go. Without `drainMs`, turns may go on to their deadlines.
   */
  apply(desired: ReadonlyMap<string, AgentDefinition>, drainMs?: number): Plan {
    const plan = planChanges(this.definitions(), desired);
    for (const [name, agent] of [...this.#running]) if (!desired.has(name)) this.#retire(name, agent, drainMs);
    for (const name of this.#failures.keys()) if (!desired.has(name)) this.#failures.delete(name);
    for (const [name, definition] of desired) {
      const before = this.#running.get(name);
      if (before !== undefined && isSameAgent(before.definition, definition)) this.#failures.delete(name);
      else this.#replace(definition, before, drainMs);
    }
    return plan;
  }

  /** Of what runs, not of what drains. */
  definitions(): ReadonlyMap<string, AgentDefinition> {
    return new Map([...this.#running].map(([name, { definition }]) => [name, definition]));
  }

  /** What drains already must be done within the time, too. */
  hurry(drainMs: number): void {
    for (const agent of this.#draining.keys()) void agent.drain(drainMs);
  }

  /** Resolves when nothing drains any more. */
  async drained(): Promise<void> {
    while (this.#draining.size > 0) await Promise.all(this.#draining.values());
  }

  /** What runs, then what drains. */
  agents(): readonly Running[] {
    return [...this.#running.values(), ...this.#draining.keys()];
  }

  /** Agents that could not be started, and why. */
  failures(): ReadonlyMap<string, StartFailure> {
    return this.#failures;
  }

  #replace(definition: AgentDefinition, before: Running | undefined, drainMs: number | undefined): void {
    const { name } = definition.config;
    try {
      const agent = this.#ports.start(definition);
      this.#failures.delete(name);
      if (before !== undefined) this.#retire(name, before, drainMs);
      this.#running.set(name, agent);
    } catch (error) {
      this.#failures.set(name, { definition, reason: error instanceof Error ? error.message : String(error) });
      this.#ports.log.error("Agent could not be started", { agent: name, error });
    }
  }

  #retire(name: string, agent: Running, drainMs = agent.definition.config.deadlineMs): void {
    if (this.#running.get(name) === agent) this.#running.delete(name);
    const drained = agent.drain(drainMs).then(() => {
      this.#draining.delete(agent);
      if (!this.#running.has(name)) this.#ports.onGone(name);
    });
    this.#draining.set(agent, drained);
  }
}
