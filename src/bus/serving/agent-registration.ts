// Makes an agent known on the bus: its record, its status endpoint and its heartbeat (§3, §8).

import type { InfoResponse } from "../../protocol/micro-service.ts";
import { encodeBase64url } from "../../protocol/base64url.ts";
import type { RegisteredIdentity } from "../../protocol/registration.ts";
import { buildRegistration } from "../../protocol/registration.ts";
import { declaredTrust } from "../../protocol/sender-rules.ts";
import { registrationBytes } from "../../protocol/signed-bytes.ts";
import { agentSubject, endpointQueueGroup } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection, BusSubscription } from "../connection/connection.ts";
import type { HostIdentity } from "../identity/host-identity.ts";
import type { AgentPresence } from "./agent-presence.ts";
import type { EndpointCounter } from "./endpoint-counter.ts";
import type { HeartbeatSchedule } from "./heartbeat.ts";
import type { MicroRegistry, RegisteredService } from "./micro-registry.ts";
import type { ServiceSpec } from "./service-port.ts";

export interface RegistrationDeps {
  readonly connection: BusConnection;
  readonly registry: MicroRegistry;
  readonly heartbeats: HeartbeatSchedule;
  readonly identity: HostIdentity;
}

export interface RegisteredAgent {
  readonly spec: ServiceSpec;
  readonly instanceId: string;
  /** UTC, ISO 8601. */
  readonly started: string;
  readonly presence: AgentPresence;
  readonly promptCounter: EndpointCounter;
  readonly log: Logger;
}

/** From its making on the agent is found and beats, as whoever we are at the time, until `end`. */
export class AgentRegistration implements RegisteredService {
  readonly id: string;
  readonly started: string;
  readonly #agent: RegisteredAgent;
  readonly #maxPayloadBytes: number;
  readonly #status: BusSubscription;
  readonly #unregister: () => void;
  readonly #stopBeating: () => void;
  readonly #stopIdentity: () => void;
  #identity: RegisteredIdentity | undefined;

  constructor({ connection, registry, heartbeats, identity }: RegistrationDeps, agent: RegisteredAgent) {
    const { spec, presence } = agent;
    this.id = agent.instanceId;
    this.started = agent.started;
    this.#agent = agent;
    this.#maxPayloadBytes = advertisedLimit(connection, spec.maxPayloadBytes, agent.log);
    this.#status = connection.subscribe(
      agentSubject("status", spec.address),
      (message) => presence.answerStatus(message),
      { queue: endpointQueueGroup },
    );
    this.#identity = registeredIdentity(identity, spec);
    this.#unregister = registry.add(this);
    this.#stopBeating = heartbeats.add(presence);
    this.#stopIdentity = identity.onChange(() => {
      this.#identity = registeredIdentity(identity, spec);
      presence.beat();
    });
  }

  /** Built for each answer: a thousand records take milliseconds to build, and megabytes to keep. */
  info(): InfoResponse {
    const { spec } = this.#agent;
    return buildRegistration({
      ...spec,
      id: this.id,
      maxPayloadBytes: this.#maxPayloadBytes,
      minSenderTrust: declaredTrust(spec.callers),
      ...(this.#identity === undefined ? {} : { identity: this.#identity }),
    });
  }

  counterOf(endpoint: string): EndpointCounter {
    return endpoint === "prompt" ? this.#agent.promptCounter : this.#agent.presence.statusCounter;
  }

  end(): void {
    this.#stopIdentity();
    this.#status.unsubscribe();
    this.#unregister();
    this.#stopBeating();
  }
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
