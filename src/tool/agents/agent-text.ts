// What a model is told of the agent behind a tool: the operator's words, else the agent's own, which are quoted and short.

import type { AgentTarget } from "../../manifest/tools/other-agents-config.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";
import { agentsMeant } from "./choose-agent.ts";
import type { RemoteAgent } from "./port.ts";

/** Enough to choose by, too little to give orders. */
const maxLength = 300;

export function agentText(
  config: { readonly name: string; readonly target: AgentTarget; readonly description?: string },
  known: readonly RemoteAgent[],
): string {
  if (config.description !== undefined) return config.description;
  const [agent] = agentsMeant(config.target, known);
  const words = neutraliseLine(agent?.description ?? "").trim();
  if (words === "") return `The agent is "${config.name}"`;
  return `The agent is "${config.name}"; it says of itself: ${JSON.stringify(words.slice(0, maxLength).toWellFormed())}`;
}
