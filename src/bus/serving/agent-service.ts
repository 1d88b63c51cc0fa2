// One agent on the bus: its record, its prompt and status endpoints, its heartbeat, and the state that they tell.

import type { AgentState } from "../../protocol/heartbeat.ts";
import type { InfoResponse } from "../../protocol/micro-service.ts";
import { buildRegistration } from "../../protocol/registration.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { agentSubject, endpointQueueGroup } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { AddressClaims } from "./address-claims.ts";
import { takenReason } from "./address-rule.ts";
import { AgentPresence } from "./agent-presence.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { CountObserver, EndpointCounter } from "./endpoint-counter.ts";
import type { HeartbeatSchedule } from "./heartbeat.ts";
import type { HostParts } from "./host-parts.ts";
import type { JobAgent, JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import type { MicroRegistry } from "./micro-registry.ts";
import { PromptEndpoint } from "./prompt-endpoint.ts";
import type { PromptCheck, PromptHandler, ServedAgent, ServiceHealth, ServiceSpec } from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import type { BusSubscription } from "../connection/subscription-table.ts";
import { uniqueId } from "../unique-id.ts";
import { within } from "../within.ts";

export interface AgentServiceDeps {
  readonly connection: BusConnection;
  readonly parts: HostParts;
  readonly registry: MicroRegistry;
  readonly heartbeats: HeartbeatSchedule;
  readonly claims: AddressClaims;
  readonly log: Logger;
  readonly observe: ((agent: string) => CountObserver) | undefined;
}

/** The server's word that it delivers no more prompts is not awaited longer. */
const unsubscribeMs = 2_000;
const heldReason = "told to take no prompts";

export class AgentService implements ServedAgent, JobAgent {
  readonly instanceId = uniqueId();
  readonly promptSubject: string;
  readonly #deps: AgentServiceDeps;
  readonly #spec: ServiceSpec;
  readonly #started = new Date().toISOString();
  readonly #endpoint: PromptEndpoint;
  readonly #presence: AgentPresence;
  readonly #log: Logger;
  /** What ends with the registration. */
  readonly #undo: (() => void)[] = [];
  readonly #changeListeners = new Set<() => void>();
  #health: ServiceHealth = { state: "starting" };
  #takenBy: string | undefined;
  #refusedSubject: string | undefined;
  #prompts: BusSubscription | undefined;
  #isActive = false;
  #isHeld = false;
  #drained: Promise<void> | undefined;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;
  #stopsAtMs = Number.POSITIVE_INFINITY;

  constructor(deps: AgentServiceDeps, spec: ServiceSpec, handler: PromptHandler, check: PromptCheck | undefined) {
    this.#deps = deps;
    this.#spec = spec;
    this.#log = deps.log.with({ agent: spec.address.name });
    this.promptSubject = agentSubject("prompt", spec.address);
    this.#endpoint = new PromptEndpoint({
      parts: deps.parts,
      spec,
      handler,
      check,
      refusal: () => this.#refusal(),
      observer: deps.observe?.(spec.address.name),
      log: this.#log,
    });
    this.#presence = new AgentPresence({
      connection: deps.connection,
      spec,
      instanceId: this.instanceId,
      log: this.#log,
      details: () => ({ ...this.state(), ...this.counters() }),
    });
  }

  /** Comes up now, or as soon as the bus is there and the address is known to be free. `onGone` is called when it has drained. */
  start(onGone: () => void): void {
    this.#undo.push(onGone);
    if (this.#spec.replicas) {
      this.#serveOnceConnected();
      return;
    }
    this.#undo.push(
      this.#deps.claims.add({
        address: this.#spec.address,
        instanceId: this.instanceId,
        onFree: () => this.#serve(),
        onTaken: (by) => this.#withdraw(by),
      }),
    );
  }

  state(): { readonly state: AgentState; readonly reason?: string } {
    if (this.#drained !== undefined) return { state: "draining" };
    if (this.#isHeld) return { state: "draining", reason: heldReason };
    if (this.#takenBy !== undefined) return { state: "degraded", reason: takenReason(this.#takenBy) };
    if (this.#refusedSubject !== undefined) {
      return { state: "degraded", reason: `NATS permissions forbid to subscribe to "${this.#refusedSubject}"` };
    }
    const health = this.#health;
    if (!this.#isActive && health.state === "ready") return { state: "starting" }; // Nobody can prompt it yet.
    return health.state === "degraded" ? { state: "degraded", reason: health.reason } : { state: health.state };
  }

  get address(): AgentAddress {
    return this.#spec.address;
  }

  get concurrency(): number {
    return this.#spec.concurrency;
  }

  isReady(): boolean {
    return this.state().state === "ready";
  }

  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  runJob(job: JobPrompt): Promise<JobAnswer> {
    return this.#endpoint.runJob(job);
  }

  setHealth(health: ServiceHealth): void {
    this.#change(() => (this.#health = health));
  }

  setHeld(isHeld: boolean): void {
    this.#change(() => {
      this.#isHeld = isHeld;
      if (isHeld) this.#stopPrompts();
      else if (this.#isActive && this.#takenBy === undefined) this.#subscribePrompts();
    });
  }

  counters(): { inFlight: number; queued: number; requests: number; errors: number } {
    const { admission, counter } = this.#endpoint;
    return {
      inFlight: admission.inFlight,
      queued: admission.queued,
      requests: counter.requests,
      errors: counter.errors,
    };
  }

  drain(timeoutMs: number): Promise<void> {
    this.#stopTurnsWithin(timeoutMs);
    return (this.#drained ??= this.#drain());
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // `#drained` is set: the beat says so.
    this.#beat();
    this.#tellChange();
    this.#endpoint.stopWaitingJobs(new StopReason("drain", "The agent is shutting down"));
    if (this.#prompts !== undefined) await within(this.#prompts.drain(), unsubscribeMs);
    await this.#endpoint.idle();
    clearTimeout(this.#stopTimer);
    this.#stopsAtMs = Number.NEGATIVE_INFINITY;
    for (const undo of this.#undo) undo();
  }

  /** The soonest of several wishes counts. */
  #stopTurnsWithin(timeoutMs: number): void {
    const atMs = performance.now() + timeoutMs;
    if (atMs >= this.#stopsAtMs) return;
    clearTimeout(this.#stopTimer);
    this.#stopsAtMs = atMs;
    this.#stopTimer = setTimeout(() => {
      this.#endpoint.stopAll(new StopReason("drain", "The agent is shutting down"));
    }, timeoutMs);
  }

  #serveOnceConnected(): void {
    const { connection } = this.#deps;
    if (connection.isConnected()) {
      this.#serve();
      return;
    }
    const forget = connection.onStatus(({ state }) => {
      if (state !== "connected") return;
      forget();
      this.#serve();
    });
    this.#undo.push(forget);
  }

  /** The first time it registers; later it only takes prompts again. */
  #serve(): void {
    this.#change(() => {
      this.#takenBy = undefined;
      this.#subscribePrompts();
    });
    this.#activate();
  }

  #withdraw(by: string): void {
    this.#change(() => {
      this.#takenBy = by;
      this.#stopPrompts();
    });
    this.#activate();
  }

  #activate(): void {
    if (this.#isActive || this.#drained !== undefined) return;
    this.#isActive = true;
    const { connection, registry, heartbeats } = this.#deps;
    const info = this.#registration();
    const subject = agentSubject("status", this.#spec.address);
    const status = connection.subscribe(subject, (message) => this.#presence.answerStatus(message), {
      queue: endpointQueueGroup,
      onRefused: () => this.#refuseSubject(subject),
    });
    this.#undo.push(
      () => this.#prompts?.unsubscribe(),
      () => status.unsubscribe(),
      registry.add({
        info,
        started: this.#started,
        endpointStats: () => info.endpoints.map((endpoint) => this.#counterOf(endpoint.name).stats(endpoint)),
      }),
      heartbeats.add({ intervalMs: this.#spec.heartbeatMs, beat: () => this.#presence.beat() }),
      connection.onStatus(({ state }) => {
        if (state === "connected") this.#refusedSubject = undefined; // Permissions may have changed: the server says so again if not.
      }),
    );
  }

  /** What it tells callers to keep to is what gets through: the server's own limit counts, too. */
  #registration(): InfoResponse {
    const { maxPayloadBytes } = this.#spec;
    const serverBytes = this.#deps.connection.maxPayloadBytes();
    if (serverBytes < maxPayloadBytes) {
      this.#log.warn("The NATS server takes smaller messages than max_payload; its limit is advertised", {
        serverBytes,
      });
    }
    return buildRegistration({
      ...this.#spec,
      id: this.instanceId,
      maxPayloadBytes: Math.min(maxPayloadBytes, serverBytes),
    });
  }

  #stopPrompts(): void {
    void this.#prompts?.drain();
    this.#prompts = undefined;
  }

  #subscribePrompts(): void {
    if (this.#drained !== undefined || this.#isHeld) return;
    const subject = this.promptSubject;
    this.#prompts ??= this.#deps.connection.subscribe(subject, (message) => this.#endpoint.receive(message), {
      queue: endpointQueueGroup,
      onRefused: () => this.#refuseSubject(subject),
    });
  }

  #refuseSubject(subject: string): void {
    this.#log.error("NATS permissions forbid to subscribe; allow it for this user", { subject });
    this.#change(() => (this.#refusedSubject ??= subject));
  }

  #counterOf(endpoint: string): EndpointCounter {
    return endpoint === "prompt" ? this.#endpoint.counter : this.#presence.statusCounter;
  }

  #refusal(): ServiceError | undefined {
    if (this.#takenBy !== undefined) {
      return new ServiceError(500, "address_taken", "Another runtime serves this address", { retry_after_s: 1 });
    }
    return this.#health.state === "degraded" ? this.#health.error : undefined;
  }

  /** Announces what `act` changed about the state. */
  #change(act: () => void): void {
    const before = this.state();
    act();
    const { state, reason } = this.state();
    if (state === before.state && reason === before.reason) return;
    this.#beat();
    this.#tellChange();
  }

  #tellChange(): void {
    for (const listener of [...this.#changeListeners]) listener();
  }

  #beat(): void {
    if (this.#isActive) this.#presence.beat();
  }
}
