// Addresses as people write them, `name`, `owner/name` or `agent/owner/name`, matched against what discovery found.

import type { AgentRecord } from "../../protocol/registration.ts";
import { type AgentAddress, parseAgentSubject } from "../../protocol/subjects.ts";
import type { CallTarget } from "./call-request.ts";

export interface AddressPattern {
  readonly name: string;
  readonly owner?: string;
  readonly agent?: string;
}

/** Undefined for anything but one to three parts, none of them empty, between slashes. */
export function parseAddress(text: string): AddressPattern | undefined {
  const [name, owner, agent, ...rest] = text.split("/").reverse();
  if (name === undefined || rest.length > 0 || [name, owner, agent].includes("")) return undefined;
  return { name, ...(owner === undefined ? {} : { owner }), ...(agent === undefined ? {} : { agent }) };
}

/** One agent: all instances that share a prompt subject, whichever of them answers. */
export interface FoundAgent {
  /** `agent/owner/name`. */
  readonly address: string;
  readonly instances: readonly AgentRecord[];
  /** What holds for every instance: the queue group picks any of them. */
  readonly target: CallTarget;
}

export type Resolution =
  | { readonly type: "found"; readonly agent: FoundAgent }
  | { readonly type: "ambiguous"; readonly agents: readonly FoundAgent[] }
  | { readonly type: "none" };

/** The one agent that the pattern names. */
export function resolveAddress(pattern: AddressPattern, records: readonly AgentRecord[]): Resolution {
  const agents = groupInstances(records.filter((record) => matchesAddress(pattern, record)));
  const [first, ...others] = agents;
  if (first === undefined) return { type: "none" };
  return others.length === 0 ? { type: "found", agent: first } : { type: "ambiguous", agents };
}

/** Agent and owner match the record's metadata or the tokens of its subject, which may abbreviate them (§2). */
export function matchesAddress(pattern: AddressPattern, record: AgentRecord): boolean {
  const tokens = parseAgentSubject(record.promptSubject)?.address;
  return (
    record.name === pattern.name &&
    (pattern.owner === undefined || pattern.owner === record.owner || pattern.owner === tokens?.owner) &&
    (pattern.agent === undefined || pattern.agent === record.agent || pattern.agent === tokens?.agent)
  );
}

/** The same for the address in a job's subject. */
export function matchesJobAddress(pattern: AddressPattern, address: AgentAddress): boolean {
  return (
    address.name === pattern.name &&
    (pattern.owner ?? address.owner) === address.owner &&
    (pattern.agent ?? address.agent) === address.agent
  );
}

/** Instances by prompt subject, agents in order of address. */
export function groupInstances(records: readonly AgentRecord[]): FoundAgent[] {
  return [...bySubject(records).values()]
    .flatMap((instances) => {
      const [first] = instances;
      return first === undefined
        ? []
        : [{ address: addressOf(first), instances, target: commonTarget(first, instances) }];
    })
    .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

function bySubject(records: readonly AgentRecord[]): Map<string, AgentRecord[]> {
  const groups = new Map<string, AgentRecord[]>();
  for (const record of records) {
    const group = groups.get(record.promptSubject);
    if (group === undefined) groups.set(record.promptSubject, [record]);
    else group.push(record);
  }
  return groups;
}

export function addressOf(record: Pick<AgentRecord, "agent" | "owner" | "name">): string {
  return `${record.agent}/${record.owner}/${record.name}`;
}

function commonTarget(first: AgentRecord, instances: readonly AgentRecord[]): CallTarget {
  const limits = instances.flatMap(({ maxPayloadBytes }) => maxPayloadBytes ?? []);
  const refused = instances.find(
    ({ compatibility }) => compatibility === "other-major" || compatibility === "unreadable",
  );
  const { protocolVersion, compatibility } = refused ?? first;
  return {
    promptSubject: first.promptSubject,
    acceptsAttachments: instances.every(({ acceptsAttachments }) => acceptsAttachments),
    ...(limits.length === 0 ? {} : { maxPayloadBytes: Math.min(...limits) }),
    protocolVersion,
    compatibility,
    minSenderTrust: instances.every(({ minSenderTrust }) => minSenderTrust === "any") ? "any" : "signed",
  };
}
