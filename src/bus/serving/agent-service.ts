// One agent on the bus: its record, its prompt and status endpoints, its heartbeat, and the state that they tell.

import type { BusSubscription } from "../connection/connection.ts";
import type { Msg } from "@nats-io/nats-core";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { agentSubject, endpointQueueGroup } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { AddressClaims } from "./address-claims.ts";
import { AgentCondition, type Condition } from "./agent-condition.ts";
import { AgentRegistration, type RegistrationDeps } from "./agent-registration.ts";
import { AgentPresence } from "./agent-presence.ts";
import type { CountObserver } from "./endpoint-counter.ts";
import { SenderGate } from "../identity/sender-gate.ts";
import type { HostParts } from "./host-parts.ts";
import type { JobAgent, JobAnswer, JobPrompt } from "../jobs/job-agent.ts";
import { PromptEndpoint } from "./prompt-endpoint.ts";
import type {
  OwnAnswer,
  OwnPrompt,
  PromptCheck,
  PromptHandler,
  ServedAgent,
  ServiceHealth,
  ServiceSpec,
} from "./service-port.ts";
import { StopReason } from "./service-port.ts";
import { SoonestTimer } from "./soonest-timer.ts";
import { type Forbidden, isNeededBy, type PermissionTaker } from "./wire-permissions.ts";
import { uniqueId } from "../unique-id.ts";
import { within } from "../within.ts";

export interface AgentServiceDeps extends RegistrationDeps {
  readonly parts: HostParts;
  readonly claims: AddressClaims;
  readonly log: Logger;
  readonly observe: ((agent: string) => CountObserver) | undefined;
}

/** The server's word that it delivers no more prompts is not awaited longer. */
const unsubscribeMs = 2_000;

export class AgentService implements ServedAgent, JobAgent, PermissionTaker {
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
  readonly #condition = new AgentCondition(() => this.#announce());
  #stopTurns: SoonestTimer | undefined;
  #registration: AgentRegistration | undefined;
  #prompts: readonly BusSubscription[] = [];
  #drained: Promise<void> | undefined;

  constructor(deps: AgentServiceDeps, spec: ServiceSpec, handler: PromptHandler, check: PromptCheck | undefined) {
    this.#deps = deps;
    this.#spec = spec;
    this.#log = deps.log.with({ agent: spec.address.name });
    this.promptSubject = agentSubject("prompt", spec.address);
    const gate = new SenderGate({ ...spec, rules: spec.callers, nonces: deps.parts.nonces, log: this.#log });
    this.#endpoint = new PromptEndpoint({
      parts: deps.parts,
      spec,
      gate,
      handler,
      check,
      condition: this.#condition,
      observer: deps.observe?.(spec.address.name),
      log: this.#log,
    });
    this.#presence = new AgentPresence({
      connection: deps.connection,
      spec,
      instanceId: this.instanceId,
      identity: deps.identity,
      gate,
      log: this.#log,
      agent: this,
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

  state(): Condition {
    return this.#condition.told();
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

  promptOwn(prompt: OwnPrompt): Promise<OwnAnswer> {
    const refusal = this.#condition.ownRefusal();
    return this.#endpoint.runOwn(prompt, refusal);
  }

  setNote(note: string | undefined): void {
    this.#condition.change((facts) => (facts.note = note));
  }

  setHealth(health: ServiceHealth): void {
    this.#condition.change((facts) => (facts.health = health));
  }

  setHeld(isHeld: boolean): void {
    this.#condition.change((facts) => {
      facts.isHeld = isHeld;
      if (isHeld) this.#stopPrompts();
      else if (facts.isActive && facts.takenBy === undefined) this.#subscribePrompts();
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
    this.#stopTurns ??= new SoonestTimer(() => this.#endpoint.stopAll(shutDown()));
    this.#stopTurns.within(timeoutMs);
    return (this.#drained ??= this.#drain());
  }

  async #drain(): Promise<void> {
    this.#condition.change((facts) => (facts.isDraining = true));
    this.#endpoint.stopWaitingJobs(shutDown());
    await within(Promise.all(this.#prompts.map((subscription) => subscription.drain())), unsubscribeMs);
    await this.#endpoint.idle();
    this.#stopTurns?.end();
    for (const subscription of this.#prompts) subscription.unsubscribe();
    this.#endpoint.close();
    this.#registration?.end();
    this.#deps.parts.permissions.remove(this);
    for (const undo of this.#undo) undo();
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
    this.#condition.change((facts) => {
      facts.takenBy = undefined;
      this.#subscribePrompts();
    });
    this.#activate();
  }

  #withdraw(by: string): void {
    this.#condition.change((facts) => {
      facts.takenBy = by;
      this.#stopPrompts();
    });
    this.#activate();
  }

  #activate(): void {
    const { facts } = this.#condition;
    if (facts.isActive || facts.isDraining) return;
    facts.isActive = true;
    this.#registration = new AgentRegistration(this.#deps, {
      spec: this.#spec,
      instanceId: this.instanceId,
      started: this.#started,
      presence: this.#presence,
      promptCounter: this.#endpoint.counter,
      log: this.#log,
    });
    this.#deps.parts.permissions.add(this);
    this.#tellChange();
  }

  #stopPrompts(): void {
    for (const subscription of this.#prompts) void subscription.drain();
    this.#prompts = [];
  }

  #subscribePrompts(): void {
    const { isDraining, isHeld } = this.#condition.facts;
    if (isDraining || isHeld || this.#prompts.length > 0) return;
    const receive = (message: Msg): void => this.#endpoint.receive(message);
    this.#prompts = promptSubjects(this.promptSubject, this.#spec).map((subject) =>
      this.#deps.connection.subscribe(subject, receive, {
        queue: endpointQueueGroup,
      }),
    );
  }

  get heartbeatSubject(): string {
    return agentSubject("hb", this.#spec.address);
  }

  dependsOn(subject: string): boolean {
    const { address, replicas } = this.#spec;
    return isNeededBy(address, subject) && !(replicas && subject.startsWith("agents.hb."));
  }

  beat(): void {
    this.#presence.beat();
  }

  setForbidden(forbidden: Forbidden | undefined): void {
    this.#condition.change((facts) => (facts.forbidden = forbidden));
  }

  #announce(): void {
    if (this.#condition.facts.isActive) this.#presence.beat();
    this.#tellChange();
  }

  #tellChange(): void {
    for (const listener of [...this.#changeListeners]) listener();
  }
}

/** Its own, and the one into which the server puts a sender's account on the way from another account (§13.7.1). */
function promptSubjects(subject: string, { accountTokenPosition }: ServiceSpec): readonly string[] {
  if (accountTokenPosition === undefined) return [subject];
  return [
    subject,
    subject
      .split(".")
      .toSpliced(accountTokenPosition - 1, 0, "*")
      .join("."),
  ];
}

function shutDown(): StopReason {
  return new StopReason("drain", "The agent is shutting down");
}
