// Serves any number of agents over one connection.

import type { Logger } from "../../telemetry/log.ts";
import { AddressClaims } from "./address-claims.ts";
import { AgentService } from "./agent-service.ts";
import type { AgentServiceDeps } from "./agent-service.ts";
import { CallerWatch } from "./caller-watch.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { CountObserver } from "./endpoint-counter.ts";
import { HeartbeatSchedule } from "./heartbeat.ts";
import { HeldOutput } from "./held-output.ts";
import type { JobTaker } from "../jobs/job-agent.ts";
import { HostIdentity } from "../identity/host-identity.ts";
import { NonceWindow } from "../identity/nonce-window.ts";
import { MicroRegistry } from "./micro-registry.ts";
import { OutputConfirmer } from "./output-confirmer.ts";
import { ProbeInbox } from "../connection/probe-inbox.ts";
import { SentEnds } from "./sent-ends.ts";
import type { StreamOwner } from "./response-stream.ts";
import type { PromptCheck, PromptHandler, ServedAgent, ServiceSpec } from "./service-port.ts";
import { TextBatch } from "./text-batch.ts";
import { delay } from "../delay.ts";
import { within } from "../within.ts";
import { WirePermissions } from "./wire-permissions.ts";

export interface AgentHostOptions {
  /** Owned by the caller: close the host first. */
  readonly connection: BusConnection;
  readonly log: Logger;
  /** How long output is held while the bus is away; default 60 s. */
  readonly holdMs?: number;
  /** Brings jobs that are kept for the agents (docs/jobs.md), and is closed with the host; default none. */
  readonly jobs?: JobTaker;
  /** Told of what is counted of the named agent. */
  readonly observe?: (agent: string) => CountObserver;
}

export interface AgentHost {
  /**
   * Puts an agent on the bus, now or as soon as the bus is there. Throws a `RangeError` for an address that makes no subject. `check` may refuse a
   * prompt before it is admitted.
   */
  register(spec: ServiceSpec, handler: PromptHandler, check?: PromptCheck): ServedAgent;
  /** Drains every agent, then waits (within the same time) for held output to be delivered. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

export function createAgentHost(options: AgentHostOptions): AgentHost {
  return new Host(options);
}

const heldPollMs = 50;
/** For the last results to be kept. */
const closeJobsMs = 1_000;

class Host implements AgentHost {
  readonly #deps: AgentServiceDeps;
  readonly #inbox: ProbeInbox;
  readonly #batch = new TextBatch();
  readonly #confirmer: OutputConfirmer;
  readonly #ends: SentEnds;
  readonly #agents = new Set<AgentService>();
  readonly #jobs: JobTaker | undefined;
  #closed: Promise<void> | undefined;

  constructor({ connection, log, holdMs, jobs, observe }: AgentHostOptions) {
    this.#jobs = jobs;
    this.#inbox = new ProbeInbox(connection);
    this.#ends = new SentEnds(connection, this.#inbox, () => this.#confirmer.sentLast());
    this.#confirmer = new OutputConfirmer(connection, () => this.#ends.confirm());
    const heldOutput = new HeldOutput(connection, this.#inbox, holdMs === undefined ? {} : { holdMs });
    const streams: StreamOwner = {
      connection,
      batch: this.#batch,
      log,
      onSent: () => this.#confirmer.sent(),
      onHeld: (stream) => heldOutput.hold(stream),
      sendEnd: (end) => this.#ends.send(end),
      onClosed: (stream) => heldOutput.untrack(stream),
    };
    this.#deps = {
      connection,
      parts: {
        inbox: this.#inbox,
        streams,
        heldOutput,
        callerWatch: new CallerWatch(connection, this.#inbox),
        nonces: new NonceWindow(),
        permissions: new WirePermissions(connection),
      },
      identity: new HostIdentity(connection, log),
      registry: new MicroRegistry(connection, log),
      heartbeats: new HeartbeatSchedule(connection),
      claims: new AddressClaims(connection, this.#inbox, log),
      log,
      observe,
    };
  }

  register(spec: ServiceSpec, handler: PromptHandler, check?: PromptCheck): ServedAgent {
    const agent = new AgentService(this.#deps, spec, handler, check);
    this.#agents.add(agent);
    agent.start(() => {
      this.#agents.delete(agent);
      this.#jobs?.remove(agent);
    });
    this.#jobs?.add(agent);
    return agent;
  }

  close(timeoutMs: number): Promise<void> {
    return (this.#closed ??= this.#close(timeoutMs));
  }

  async #close(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    await Promise.all([...this.#agents].map((agent) => agent.drain(timeoutMs)));
    await this.#jobs?.close(Math.max(closeJobsMs, deadline - performance.now()));
    const { connection, parts, registry, heartbeats, claims, identity } = this.#deps;
    while (parts.heldOutput.size + this.#ends.unconfirmed > 0 && performance.now() < deadline) await delay(heldPollMs);
    await within(connection.flush(), Math.max(100, deadline - performance.now()));
    claims.close();
    identity.close();
    heartbeats.close();
    registry.close();
    parts.callerWatch.close();
    parts.permissions.close();
    parts.heldOutput.close();
    this.#confirmer.close();
    this.#ends.close();
    this.#batch.close();
    this.#inbox.close();
  }
}
