// Is the agent that a tool of type `agent` or `handoff` means on the bus now?

import type { AgentTarget } from "../../manifest/tools/other-agents-config.ts";
import { agentsMeant } from "../../tool/agents/choose-agent.ts";
import type { BusView } from "./bus-view.ts";
import { type Finding, ok, skipped, warning } from "./finding.ts";

export function targetFinding(target: AgentTarget, view: BusView): Finding {
  if (view.type === "unseen") return skipped(view.reason);
  const meant = agentsMeant(target, view.agents).filter(({ fitness }) => fitness !== "gone");
  const [best] = meant;
  const { address, ...filters } = target;
  const shown =
    address ??
    Object.entries(filters)
      .map(([key, value]) => `${key} ${value}`)
      .join(", ");
  if (best === undefined) {
    const remedy = "Nothing is wrong while it is off: the tool says so when it is used. See muster ps for who is there";
    return warning(`No agent of ${shown} is on the bus now`, remedy, { agents: 0 });
  }
  const more = meant.length === 1 ? "" : `, and ${meant.length - 1} more`;
  return ok(`${best.address} is on the bus${more}`, { agents: meant.length });
}
