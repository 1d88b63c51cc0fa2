// Can anybody say yes to what an agent's tools must ask for?

import type { AgentConfig } from "../../manifest/manifest.ts";
import type { ToolConfig } from "../../manifest/tools/config.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, warning } from "./finding.ts";

/** Undefined: its tools ask for nothing. */
export function checkApprovals({
  name,
  tools,
  callers,
}: Pick<AgentConfig, "name" | "tools" | "callers">): Check | undefined {
  const asking = tools.filter(asks).map((tool) => tool.name);
  if (asking.length === 0) return undefined;
  return {
    name: `approvals ${name}`,
    deadlineMs: 1_000,
    examine: () => Promise.resolve([approvalFinding(asking, callers.approve)]),
  };
}

function approvalFinding(asking: readonly string[], approvers: readonly string[]): Finding {
  const whose = `what ${asking.join(", ")} ask${asking.length === 1 ? "s" : ""} for`;
  if (approvers.length > 0)
    return ok(`${approvers.length} of callers.approve and this machine's operator may approve ${whose}`);
  return warning(
    `Only this machine's operator can approve ${whose}`,
    "Answer with muster approve in time, or name callers in callers.approve (docs/approvals.md)",
  );
}

function asks(tool: ToolConfig): boolean {
  if (tool.type === "command") return tool.ask;
  return "ask" in tool && tool.ask.length > 0;
}
