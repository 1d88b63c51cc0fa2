// An agent's service record: what Muster registers, and how anyone's record is read (§3, §4.3, §13.10).

import type { AgentId } from "./agent-id.ts";
import { formatAgentId, parseAgentId } from "./agent-id.ts";
import { decodeBase64url } from "./base64url.ts";
import type { EndpointInfo, InfoResponse } from "./micro-service.ts";
import type { SenderTrust } from "./sender-rules.ts";
import { registrationBytes } from "./signed-bytes.ts";
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
  /** Absent: sender identity is not looked at. */
  readonly minSenderTrust?: SenderTrust;
  /** Absent: the runtime holds no seed. */
  readonly identity?: RegisteredIdentity;
}

/** Who registered an agent, by the record's own words. */
export interface RegisteredIdentity extends AgentId {
  /** Base64url; what makes it more than a claim. */
  readonly idSig?: string;
}

/** The record that `$SRV.INFO` answers with. All metadata values are strings on the wire. */
export function buildRegistration(registration: Registration): InfoResponse {
  const { address } = registration;
  return {
    type: "io.nats.micro.v1.info_response",
    name: serviceName,
    id: registration.id,
    version: registration.version,
    metadata: {
      agent: address.agent,
      owner: address.owner,
      protocol_version: protocolVersion,
      ...identityMetadata(registration.identity),
    },
    description: registration.description,
    endpoints: [
      {
        name: "prompt",
        subject: agentSubject("prompt", address),
        queue_group: endpointQueueGroup,
        metadata: {
          max_payload: formatSize(registration.maxPayloadBytes),
          attachments_ok: registration.acceptsAttachments ? "true" : "false",
          ...(registration.minSenderTrust === undefined ? {} : { min_sender_trust: registration.minSenderTrust }),
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
  /** A value that we do not know counts as `signed`. */
  readonly minSenderTrust: SenderTrust;
  /** A claim, unless `isIdentityProven`. */
  readonly identity?: RegisteredIdentity;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A record that is not usable as an agent, and why. */
export interface UnusableRecord {
  readonly instanceId: string;
  readonly problem: string;
  /** What it does say of itself. */
  readonly agent?: string;
  readonly owner?: string;
}

/** Reads one `$SRV.INFO.agents` answer of any implementation. Undefined: not a service named "agents" at all. Never throws. */
export function decodeRegistration(payload: string): AgentRecord | UnusableRecord | undefined {
  const info = parseInfo(payload);
  if (info?.["name"] !== serviceName || typeof info["id"] !== "string" || info["id"] === "") return undefined;
  const instanceId = info["id"];
  const metadata = recordOf(info["metadata"]);
  const { agent, owner, protocol_version: version, session } = metadata;
  const unusable = (problem: string): UnusableRecord => ({
    instanceId,
    problem,
    ...(isText(agent) ? { agent } : {}),
    ...(isText(owner) ? { owner } : {}),
  });
  if (!isText(agent)) return unusable("metadata has no agent");
  if (!isText(owner)) return unusable("metadata has no owner");
  if (typeof version !== "string") return unusable("metadata has no protocol_version");
  const prompt = findEndpoint(info["endpoints"], "prompt");
  if (prompt === undefined) return unusable("no endpoint named prompt");
  if (!isPublishableSubject(prompt.subject)) return unusable("its prompt subject cannot be published to");
  const status = findEndpoint(info["endpoints"], "status");
  const { max_payload: maxPayload, attachments_ok: attachmentsOk, min_sender_trust: trust = "any" } = prompt.metadata;
  const identity = registeredIdentity(metadata);
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
    minSenderTrust: trust === "any" ? "any" : "signed",
    ...(identity === undefined ? {} : { identity }),
    metadata,
  };
}

/** Whether whoever registered holds the user's seed and vouches for the prompt subject (§13.10). `verify`: the user's signature over the bytes? */
export function isIdentityProven(
  { identity, agent, owner, promptSubject }: Pick<AgentRecord, "identity" | "agent" | "owner" | "promptSubject">,
  verify: (user: string, bytes: Uint8Array, signature: Uint8Array) => boolean,
): boolean {
  const signature = identity?.idSig === undefined ? undefined : decodeBase64url(identity.idSig);
  if (identity === undefined || signature?.byteLength !== 64) return false;
  return verify(identity.user, registrationBytes(identity, { agent, owner }, promptSubject), signature);
}

function identityMetadata(identity: RegisteredIdentity | undefined): Record<string, string> {
  if (identity === undefined) return {};
  const { user, account, idSig } = identity;
  return { user_nkey: user, account, ...(idSig === undefined ? {} : { id_sig: idSig }) };
}

function registeredIdentity(metadata: Readonly<Record<string, unknown>>): RegisteredIdentity | undefined {
  const { user_nkey: user, account, id_sig: idSig } = metadata;
  if (typeof user !== "string" || typeof account !== "string") return undefined;
  const id = parseAgentId(formatAgentId({ user, account }));
  return id === undefined ? undefined : { ...id, ...(typeof idSig === "string" ? { idSig } : {}) };
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

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
