// An agent's service record: what Muster registers, and how anyone's record is read (§3, §4.3).

import type { EndpointInfo, InfoResponse } from "./micro-service.ts";
import { formatSize, parseSize } from "./sizes.ts";
import type { AgentAddress } from "./subjects.ts";
import { agentSubject, endpointQueueGroup, isPublishableSubject, parseAgentSubject } from "./subjects.ts";
import type { Compatibility } from "./version.ts";
import { compareVersion, protocolVersion, serviceName } from "./version.ts";

export interface Registration {
  readonly id: string;
  readonly address: AgentAddress;
  /** Semver of the harness. */
  readonly version: string;
  readonly description: string;
  readonly maxPayloadBytes: number;
  readonly acceptsAttachments: boolean;
}

/** The record that `$SRV.INFO` answers with. All metadata values are strings on the wire. */
export function buildRegistration(registration: Registration): InfoResponse {
  const { address } = registration;
  return {
    type: "io.nats.micro.v1.info_response",
    name: serviceName,
    id: registration.id,
    version: registration.version,
    metadata: { agent: address.agent, owner: address.owner, protocol_version: protocolVersion },
    description: registration.description,
    endpoints: [
      {
        name: "prompt",
        subject: agentSubject("prompt", address),
        queue_group: endpointQueueGroup,
        metadata: {
          max_payload: formatSize(registration.maxPayloadBytes),
          attachments_ok: registration.acceptsAttachments ? "true" : "false",
        },
      },
      { name: "status", subject: agentSubject("status", address), queue_group: endpointQueueGroup, metadata: {} },
    ],
  };
}

/** An agent as a caller sees it, whoever wrote it. */
export interface AgentRecord {
  readonly instanceId: string;
  readonly agent: string;
  readonly owner: string;
  /** Fifth token of the prompt subject; else the session label; else the instance id. */
  readonly name: string;
  readonly session?: string;
  readonly version: string;
  readonly description: string;
  readonly protocolVersion: string;
  readonly compatibility: Compatibility;
  readonly promptSubject: string;
  readonly statusSubject?: string;
  /** Undefined: the record gives none that can be read. */
  readonly maxPayloadBytes?: number;
  readonly acceptsAttachments: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A record that is not usable as an agent, and why. */
export interface UnusableRecord {
  readonly instanceId: string;
  readonly problem: string;
}

/** Reads one `$SRV.INFO.agents` answer of any implementation. Undefined: not a service named "agents" at all. Never throws. */
export function decodeRegistration(payload: string): AgentRecord | UnusableRecord | undefined {
  const info = parseInfo(payload);
  if (info?.["name"] !== serviceName || typeof info["id"] !== "string" || info["id"] === "") return undefined;
  const instanceId = info["id"];
  const metadata = recordOf(info["metadata"]);
  const { agent, owner, protocol_version: version, session } = metadata;
  if (typeof agent !== "string" || agent === "") return { instanceId, problem: "metadata has no agent" };
  if (typeof owner !== "string" || owner === "") return { instanceId, problem: "metadata has no owner" };
  if (typeof version !== "string") return { instanceId, problem: "metadata has no protocol_version" };
  const prompt = findEndpoint(info["endpoints"], "prompt");
  if (prompt === undefined) return { instanceId, problem: "no endpoint named prompt" };
  if (!isPublishableSubject(prompt.subject))
    return { instanceId, problem: "its prompt subject cannot be published to" };
  const status = findEndpoint(info["endpoints"], "status");
  const { max_payload: maxPayload, attachments_ok: attachmentsOk } = prompt.metadata;
  const maxPayloadBytes = typeof maxPayload === "string" ? parseSize(maxPayload) : undefined;
  const label = typeof session === "string" && session !== "" ? session : undefined;
  return {
    instanceId,
    agent,
    owner,
    name: parseAgentSubject(prompt.subject)?.address.name ?? label ?? instanceId,
    ...(label === undefined ? {} : { session: label }),
    version: textOf(info["version"]),
    description: textOf(info["description"]),
    protocolVersion: version,
    compatibility: compareVersion(version),
    promptSubject: prompt.subject,
    ...(status !== undefined && isPublishableSubject(status.subject) ? { statusSubject: status.subject } : {}),
    ...(maxPayloadBytes === undefined ? {} : { maxPayloadBytes }),
    acceptsAttachments: attachmentsOk === true || attachmentsOk === "true",
    metadata,
  };
}

function parseInfo(payload: string): Record<string, unknown> | undefined {
  try {
    return recordOf(JSON.parse(payload));
  } catch {
    return undefined; // Not JSON, hence no record.
  }
}

function findEndpoint(
  endpoints: unknown,
  name: EndpointInfo["name"],
): { subject: string; metadata: Record<string, unknown> } | undefined {
  if (!Array.isArray(endpoints)) return undefined;
  for (const item of endpoints) {
    const endpoint = recordOf(item);
    if (endpoint["name"] === name && typeof endpoint["subject"] === "string" && endpoint["subject"] !== "") {
      return { subject: endpoint["subject"], metadata: recordOf(endpoint["metadata"]) };
    }
  }
  return undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
