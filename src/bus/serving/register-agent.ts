// Makes an agent known on the bus: its record, its status endpoint and its heartbeat (§3, §8).

import { encodeBase64url } from "../../protocol/base64url.ts";
import type { RegisteredIdentity } from "../../protocol/registration.ts";
import { buildRegistration } from "../../protocol/registration.ts";
import { declaredTrust } from "../../protocol/sender-rules.ts";
import { registrationBytes } from "../../protocol/signed-bytes.ts";
import { agentSubject, endpointQueueGroup } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { HostIdentity } from "../identity/host-identity.ts";
import type { AgentPresence } from "./agent-presence.ts";
import type { EndpointCounter } from "./endpoint-counter.ts";
import type { HeartbeatSchedule } from "./heartbeat.ts";
import type { MicroRegistry } from "./micro-registry.ts";
import type { ServiceSpec } from "./service-port.ts";

export interface RegistrationDeps {
  readonly connection: BusConnection;
  readonly registry: MicroRegistry;
  readonly heartbeats: HeartbeatSchedule;
  readonly identity: HostIdentity;
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

/** From now on it is found and beats, as whoever we are at the time; the returned function takes it away. */
export function registerAgent(deps: RegistrationDeps, record: AgentRecord): () => void {
  const { connection, heartbeats, identity } = deps;
  const { spec, presence } = record;
  const subject = agentSubject("status", spec.address);
  const status = connection.subscribe(subject, (message) => presence.answerStatus(message), {
    queue: endpointQueueGroup,
    onRefused: () => record.onRefused(subject),
  });
  let unregister = register(deps, record);
  const stopBeating = heartbeats.add({ intervalMs: spec.heartbeatMs, beat: () => presence.beat() });
  const stopIdentity = identity.onChange(() => {
    unregister = register(deps, record);
    presence.beat();
  });
  return () => {
    stopIdentity();
    status.unsubscribe();
    unregister();
    stopBeating();
  };
}

/** Takes the place of an earlier record of the same instance. */
function register({ connection, registry, identity }: RegistrationDeps, record: AgentRecord): () => void {
  const { spec, instanceId, counters, log } = record;
  const registered = registeredIdentity(identity, spec);
  const info = buildRegistration({
    ...spec,
    id: instanceId,
    maxPayloadBytes: advertisedLimit(connection, spec.maxPayloadBytes, log),
    minSenderTrust: declaredTrust(spec.callers),
    ...(registered === undefined ? {} : { identity: registered }),
  });
  const counterOf = (name: string) => (name === "prompt" ? counters.prompt : counters.status);
  return registry.add({
    info,
    started: record.started,
    endpointStats: () => info.endpoints.map((endpoint) => counterOf(endpoint.name).stats(endpoint)),
  });
}

/** Who vouches for the agent's prompt subject (§13.10). */
function registeredIdentity(identity: HostIdentity, { address }: ServiceSpec): RegisteredIdentity | undefined {
  const signing = identity.current();
  if (signing === undefined) return undefined;
  const bytes = registrationBytes(signing.id, address, agentSubject("prompt", address));
  return { ...signing.id, idSig: encodeBase64url(signing.signer.sign(bytes)) };
}

/** What it tells callers to keep to is what gets through: the server's own limit counts, too. */
function advertisedLimit(connection: BusConnection, maxPayloadBytes: number, log: Logger): number {
  const serverBytes = connection.maxPayloadBytes();
  if (serverBytes >= maxPayloadBytes) return maxPayloadBytes;
  log.warn("The NATS server takes smaller messages than max_payload; its limit is advertised", { serverBytes });
  return serverBytes;
}
