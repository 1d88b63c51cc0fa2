// An agent's place in the runtime, which outlives the agent in it: told to stop, to start again, or to take no more prompts, until it is
// told otherwise or the runtime ends. A reload changes nothing of that.

import type { AgentDefinition } from "./agent-definition.ts";
import type { AgentStatus } from "./control-protocol.ts";
import type { RunningAgent } from "./running-agent.ts";

/** What agents were told, by name. One that was told nothing serves. */
export type ToldAgents = Map<string, "drain" | "stop">;

export interface SlotPorts {
  /** Registers the agent. May throw. */
  readonly start: (definition: AgentDefinition) => RunningAgent;
  /** Shared by all slots of the runtime, also by those of one name that follow each other. */
  readonly told: ToldAgents;
}

export class AgentSlot implements RunningAgent {
  readonly definition: AgentDefinition;
  readonly #ports: SlotPorts;
  readonly #ending = new Set<RunningAgent>();
  #agent: RunningAgent | undefined;
  #isGone = false;

  /** Throws what `start` throws. */
  constructor(definition: AgentDefinition, ports: SlotPorts) {
    this.definition = definition;
    this.#ports = ports;
    const told = ports.told.get(this.name);
    if (told === "stop") return;
    this.#agent = ports.start(definition);
    if (told === "drain") this.#agent.setHeld(true);
  }

  get name(): string {
    return this.definition.config.name;
  }

  /** It is on its way out: the manifest has it no more, or has another in its place. */
  get isGone(): boolean {
    return this.#isGone;
  }

  status(): AgentStatus {
    const [shown, ...others] = this.#all().map((agent) => agent.status());
    if (shown === undefined) return stoppedStatus(this.definition);
    const sum = (key: "inFlight" | "queued" | "requests" | "errors") =>
      others.reduce((total, other) => total + other[key], shown[key]);
    return {
      ...shown,
      inFlight: sum("inFlight"),
      queued: sum("queued"),
      requests: sum("requests"),
      errors: sum("errors"),
    };
  }

  setHeld(isHeld: boolean): void {
    this.#agent?.setHeld(isHeld);
  }

  /** Takes no more prompts, and stays registered as draining. One that is stopped comes back that way. */
  hold(): void {
    this.#agent ??= this.#ports.start(this.definition);
    this.#ports.told.set(this.name, "drain");
    this.#agent.setHeld(true);
  }

  /** Serves, whatever it was told before. Throws what `start` throws. */
  serve(): void {
    this.#agent ??= this.#ports.start(this.definition);
    this.#ports.told.delete(this.name);
    this.#agent.setHeld(false);
  }

  /** A new agent serves before the old one drains. Throws what `start` throws: then the old one goes on. */
  restart(drainMs: number): void {
    const next = this.#ports.start(this.definition);
    this.#ports.told.delete(this.name);
    const before = this.#agent;
    this.#agent = next;
    if (before !== undefined) void this.#end(before, drainMs);
  }

  /** Resolves when its turns have ended, within the time, and it is off the bus. Never rejects. */
  async stop(drainMs: number): Promise<void> {
    this.#ports.told.set(this.name, "stop");
    const agent = this.#agent;
    this.#agent = undefined;
    if (agent !== undefined) void this.#end(agent, drainMs);
    await Promise.all([...this.#ending].map((ending) => ending.drain(drainMs)));
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#isGone = true;
    await Promise.all(this.#all().map((agent) => agent.drain(timeoutMs)));
    this.#agent = undefined;
  }

  /** The present one first. */
  #all(): readonly RunningAgent[] {
    return this.#agent === undefined ? [...this.#ending] : [this.#agent, ...this.#ending];
  }

  async #end(agent: RunningAgent, drainMs: number): Promise<void> {
    this.#ending.add(agent);
    await agent.drain(drainMs);
    this.#ending.delete(agent);
  }
}

function stoppedStatus({ config }: AgentDefinition): AgentStatus {
  const { name, models, source } = config;
  return { name, state: "stopped", models, inFlight: 0, queued: 0, requests: 0, errors: 0, source };
}
