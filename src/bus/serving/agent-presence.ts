// What one agent tells of itself: heartbeats, and the status endpoint's answer, by one builder (§8).

import type { Msg } from "@nats-io/nats-core";
import type { AgentState } from "../../protocol/heartbeat.ts";
import { buildHeartbeat } from "../../protocol/heartbeat.ts";
import { agentSubject, isReplySubject } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { HostIdentity } from "../identity/host-identity.ts";
import type { SenderGate } from "../identity/sender-gate.ts";
import { signMessage } from "../identity/sign-message.ts";
import { EndpointCounter } from "./endpoint-counter.ts";
import type { Beating } from "./heartbeat.ts";
import type { ServiceSpec } from "./service-port.ts";

export interface PresenceOptions {
  readonly connection: BusConnection;
  readonly spec: ServiceSpec;
  readonly instanceId: string;
  readonly identity: Pick<HostIdentity, "current" | "isPending">;
  readonly gate: Pick<SenderGate, "note">;
  readonly log: Logger;
  /** Asked for each beat. */
  readonly agent: ToldAgent;
}

export interface ToldAgent {
  state(): { readonly state: AgentState; readonly reason?: string };
  counters(): { readonly inFlight: number; readonly queued: number };
}

/** Never throws. What cannot be sent is logged. */
export class AgentPresence implements Beating {
  readonly statusCounter = new EndpointCounter();
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  get intervalMs(): number {
    return this.#options.spec.heartbeatMs;
  }

  /** Signed, where we hold a seed (§13.11). One that comes before it is known for whom is left out: another follows as soon as it is. */
  beat(): void {
    const { identity, spec } = this.#options;
    if (identity.isPending()) return;
    const signing = identity.current();
    const subject = agentSubject("hb", spec.address);
    const now = new Date();
    const payload = this.#payload(now);
    const headers = signing && signMessage(signing, { subject, payload, ts: now.toISOString() });
    this.#publish(subject, payload, headers);
  }

  /** Whoever asks is answered, and the answer is never signed (§13.9, §13.11). */
  answerStatus(message: Msg): void {
    const startedMs = performance.now();
    this.statusCounter.countRequest();
    this.#options.gate.note(message);
    if (message.reply !== undefined && isReplySubject(message.reply))
      this.#publish(message.reply, this.#payload(new Date()));
    this.statusCounter.addProcessing(performance.now() - startedMs);
  }

  #payload(now: Date): Uint8Array {
    const { instanceId, agent } = this.#options;
    const { address, model, version, heartbeatMs, isLastGood } = this.#options.spec;
    const { state, reason } = agent.state();
    const { inFlight, queued } = agent.counters();
    const details = {
      state,
      inFlight,
      queued,
      version,
      isLastGood: isLastGood?.() ?? false,
      ...(reason === undefined ? {} : { reason }),
      ...(model === undefined ? {} : { model }),
    };
    // Whole seconds, rounded up: some readers take nothing else, and a beat before its time harms nobody.
    const instance = { id: instanceId, intervalS: Math.ceil(heartbeatMs / 1_000) };
    return new TextEncoder().encode(JSON.stringify(buildHeartbeat(address, instance, details, now)));
  }

  #publish(subject: string, payload: Uint8Array, headers?: Readonly<Record<string, string>>): void {
    const { connection, log } = this.#options;
    try {
      connection.publish(subject, payload, headers === undefined ? undefined : { headers });
    } catch (cause) {
      log.warn("A heartbeat could not be sent", { subject, error: String(cause) });
    }
  }
}
