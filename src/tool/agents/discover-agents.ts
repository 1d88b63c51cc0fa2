// What `discover_agents` finds: one entry for each address, our own left out.

import { parseAgentSubject } from "../../protocol/subjects.ts";
import { ToolError } from "../contract.ts";
import type { AgentsPort, RemoteAgent } from "./port.ts";

/** More entries fill a model's context, and are no list that it could read. */
const maxEntries = 200;

/** Exact, and combined. */
export interface AgentFilter {
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
  readonly name?: string | undefined;
}

/** Rejects with a `ToolError` when nobody can be asked, or too many answer. */
export async function discoverAgents(
  { agents, ownAddress }: { readonly agents: AgentsPort; readonly ownAddress: string },
  filter: AgentFilter,
  signal: AbortSignal,
): Promise<{ readonly agents: readonly Readonly<Record<string, unknown>>[] }> {
  const all = await agents.discover(signal);
  signal.throwIfAborted();
  const found = all.filter((agent) => agent.address !== ownAddress && isWanted(agent, filter));
  if (found.length > maxEntries)
    throw new ToolError("limit", `${found.length} agents answer, more than can be listed: give agent, owner or name`);
  return { agents: found.map(entryOf) };
}

function isWanted(agent: RemoteAgent, filter: AgentFilter): boolean {
  const tokens = parseAgentSubject(agent.address)?.address;
  return (["agent", "owner", "name"] as const).every((key) => {
    const wanted = filter[key];
    return wanted === undefined || wanted === agent[key] || wanted === tokens?.[key];
  });
}

function entryOf(agent: RemoteAgent): Readonly<Record<string, unknown>> {
  return {
    address: agent.address,
    agent: agent.agent,
    owner: agent.owner,
    name: agent.name,
    description: agent.description,
    identity: agent.identity ?? null,
    identity_verified: agent.isIdentityVerified,
    requires_signed_prompts: agent.requiresSignedPrompts,
    accepts_attachments: agent.acceptsAttachments,
    instances: agent.instances,
  };
}
