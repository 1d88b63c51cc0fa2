// Whether the runtime does now what its manifest asks of it: what `/readyz` answers.

import type { AgentStatus, RuntimeStatus } from "./control-protocol.ts";

/**
 * Reasons why not; empty: the bus is connected and every agent takes prompts, or does not because the operator told it so. A bad file
 * whose last good form serves is no reason.
 */
export function notReadyReasons(status: RuntimeStatus, isStarted: boolean): readonly string[] {
  return [
    ...(isStarted ? [] : ["the runtime is starting"]),
    ...(status.isDraining ? ["the runtime is stopping"] : []),
    ...(status.bus.state === "connected" ? [] : [`the bus is ${status.bus.state}`]),
    ...(status.memory?.state === "full" ? ["memory is at its limit: new prompts are refused"] : []),
    ...status.agents.flatMap(agentReason),
  ];
}

function agentReason({ name, state, reason }: AgentStatus): readonly string[] {
  if (state !== "degraded" && state !== "failed") return [];
  return [`agent "${name}" is ${state}${reason === undefined ? "" : `: ${reason}`}`];
}
