// Makes an agent known on the bus: its record, its status endpoint and its heartbeat (§3, §8).

import { buildRegistration } from "../../protocol/registration.ts";
import { agentSubject, endpointQueueGroup } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { AgentPresence } from "./agent-presence.ts";
import type { EndpointCounter } from "./endpoint-counter.ts";
import type { HeartbeatSchedule } from "./heartbeat.ts";
import type { MicroRegistry } from "./micro-registry.ts";
import type { ServiceSpec } from "./service-port.ts";

export interface RegistrationDeps {
  readonly connection: BusConnection;
  readonly registry: MicroRegistry;
  readonly heartbeats: HeartbeatSchedule;
}

export interface AgentRecord {
  readonly spec: ServiceSpec;
  readonly instanceId: string;
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly presence: AgentPresence;
  readonly counters: { readonly prompt: EndpointCounter; readonly status: EndpointCounter };
  readonly log: Logger;
  /** Permissions forbid the status subject. */
  onRefused(subject: string): void;
}

/** From now on it is found and beats; the returned function takes it away. */
export function registerAgent({ connection, registry, heartbeats }: RegistrationDeps, record: AgentRecord): () => void {
  const { spec, instanceId, presence, counters, log } = record;
  const info = buildRegistration({
    ...spec,
    id: instanceId,
    maxPayloadBytes: advertisedLimit(connection, spec.maxPayloadBytes, log),
  });
  const subject = agentSubject("status", spec.address);
  const status = connection.subscribe(subject, (message) => presence.answerStatus(message), {
    queue: endpointQueueGroup,
    onRefused: () => record.onRefused(subject),
  });
  const counterOf = (name: string) => (name === "prompt" ? counters.prompt : counters.status);
  const unregister = registry.add({
    info,
    started: record.started,
    endpointStats: () => info.endpoints.map((endpoint) => counterOf(endpoint.name).stats(endpoint)),
  });
  const stopBeating = heartbeats.add({ intervalMs: spec.heartbeatMs, beat: () => presence.beat() });
  return () => {
    status.unsubscribe();
    unregister();
    stopBeating();
  };
}

/** What it tells callers to keep to is what gets through: the server's own limit counts, too. */
function advertisedLimit(connection: BusConnection, maxPayloadBytes: number, log: Logger): number {
  const serverBytes = connection.maxPayloadBytes();
  if (serverBytes >= maxPayloadBytes) return maxPayloadBytes;
  log.warn("The NATS server takes smaller messages than max_payload; its limit is advertised", { serverBytes });
  return serverBytes;
}
