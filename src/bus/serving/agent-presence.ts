// What one agent tells of itself: heartbeats, and the status endpoint's answer, by one builder (§8).

import type { Msg } from "@nats-io/transport-node";
import type { AgentState } from "../../protocol/heartbeat.ts";
import { buildHeartbeat } from "../../protocol/heartbeat.ts";
import { agentSubject } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import { EndpointCounter } from "./endpoint-counter.ts";
import type { ServiceSpec } from "./service-port.ts";

export interface PresenceOptions {
  readonly connection: BusConnection;
  readonly spec: ServiceSpec;
  readonly instanceId: string;
  readonly log: Logger;
  /** Read for each beat. */
  details(): {
    readonly state: AgentState;
    readonly reason?: string;
    readonly inFlight: number;
    readonly queued: number;
  };
}

/** Never throws. What cannot be sent is logged. */
export class AgentPresence {
  readonly statusCounter = new EndpointCounter();
  readonly #options: PresenceOptions;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  beat(): void {
    this.#publish(agentSubject("hb", this.#options.spec.address));
  }

  answerStatus(message: Msg): void {
    const startedMs = performance.now();
    this.statusCounter.countRequest();
    if (message.reply !== undefined && message.reply !== "") this.#publish(message.reply);
    this.statusCounter.addProcessing(performance.now() - startedMs);
  }

  #publish(subject: string): void {
    const { connection, instanceId, log } = this.#options;
    const { address, model, version, heartbeatMs, isLastGood } = this.#options.spec;
    const { state, reason, inFlight, queued } = this.#options.details();
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
    try {
      connection.publish(subject, JSON.stringify(buildHeartbeat(address, instance, details, new Date())));
    } catch (cause) {
      log.warn("A heartbeat could not be sent", { subject, error: String(cause) });
    }
  }
}
