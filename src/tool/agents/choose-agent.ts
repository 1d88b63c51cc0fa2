// Which agent a tool means, of those that are there: the fittest, and of equals the least busy.

import { matchesGlob } from "../../protocol/glob.ts";
import { parseAgentSubject } from "../../protocol/subjects.ts";
import type { AgentTarget } from "../../manifest/tools/other-agents-config.ts";
import type { RemoteAgent } from "./port.ts";

/** The best first; those whose heartbeats have stopped last. */
export function agentsMeant(target: AgentTarget, agents: readonly RemoteAgent[]): readonly RemoteAgent[] {
  return agents
    .filter((agent) => isMeant(target, agent))
    .sort((a, b) => worth(a) - worth(b) || a.load - b.load || (a.address < b.address ? -1 : 1));
}

function isMeant(target: AgentTarget, agent: RemoteAgent): boolean {
  if (target.address !== undefined) return agent.address === target.address;
  const tokens = parseAgentSubject(agent.address)?.address;
  return (
    isLike(target.name, [agent.name]) &&
    isLike(target.owner, [agent.owner, tokens?.owner]) &&
    isLike(target.agent, [agent.agent, tokens?.agent])
  );
}

function isLike(glob: string | undefined, values: readonly (string | undefined)[]): boolean {
  return glob === undefined || values.some((value) => value !== undefined && matchesGlob(glob, value));
}

function worth({ fitness }: RemoteAgent): number {
  return fitness === "gone" ? Number.MAX_SAFE_INTEGER : fitness;
}
