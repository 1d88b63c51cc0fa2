// Whom a turn must not prompt: its own agent, those that wait for its answer, and anybody once a prompt has come through too many agents.

import type { ToolContext } from "../contract.ts";
import type { RemoteAgent } from "./port.ts";

export interface CallLimits {
  /** Prompt subject of the agent whose tool it is. */
  readonly ownAddress: string;
  /** Agents that a prompt may come through. */
  readonly maxHops: number;
}

type Served = Pick<ToolContext, "hops" | "via" | "caller">;

/** Why it is refused, in words for a model. */
export function callRefusal(agent: RemoteAgent, { hops, via, caller }: Served, limits: CallLimits): string | undefined {
  const { address } = agent;
  if (address === limits.ownAddress) return `"${address}" is your own address; answer the prompt yourself`;
  if (caller?.isVerified === true && agent.identity === caller.id)
    return `The agent at "${address}" sent the prompt that you answer; answer it rather than prompting it back`;
  if (via.includes(address))
    return `The agent at "${address}" waits for your answer; answer it rather than prompting it back`;
  if (hops >= limits.maxHops) return hopsRefusal(hops, limits.maxHops);
  return undefined;
}

function hopsRefusal(hops: number, maxHops: number): string {
  const come = maxHops === 0 ? "This agent may prompt no other" : `The prompt has come through ${hops} agents already`;
  return `${come}, and ${maxHops} is the limit: answer it yourself`;
}
