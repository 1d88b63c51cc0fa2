// Is an MCP server there, does it answer, what does it offer?

import type { ServerLook } from "../../tool/mcp/look-at-server.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";

export interface McpFacts {
  readonly agent: string;
  /** Its entry of `tools`. */
  readonly name: string;
  /** The command or the URL, without secrets. */
  readonly place: string;
  readonly limitMs: number;
  /** Why it is not looked at; undefined when it is. */
  readonly skip: string | undefined;
  /** Starts or greets it. Never rejects. */
  readonly look: (signal: AbortSignal) => Promise<ServerLook>;
}

/** To leave a server that does not listen. */
const graceMs = 8_000;

export function checkMcp(facts: McpFacts): Check {
  return {
    name: `mcp ${facts.agent}/${facts.name}`,
    deadlineMs: facts.limitMs + graceMs,
    examine: async (signal) => [await mcpFinding(facts, signal)],
  };
}

async function mcpFinding(facts: McpFacts, signal: AbortSignal): Promise<Finding> {
  if (facts.skip !== undefined) return skipped(facts.skip);
  const look = await facts.look(signal);
  switch (look.type) {
    case "absent":
      return problem(look.reason, `Agent "${facts.agent}" is degraded until it is there`);
    case "failed":
      return problem(look.reason, `Start ${facts.place} by hand, as the service's user, and see what it says`);
    case "answers":
      return answered(facts, look);
  }
}

function answered({ name }: McpFacts, { server, tools, leftOut, missing }: ServerLook & { type: "answers" }): Finding {
  const text = `${server === "" ? "It" : server} answers, ${tools} tools`;
  const facts = { tools, leftOut: leftOut.length };
  const [first] = leftOut;
  if (missing.length > 0)
    return warning(
      `${text}, and none that is called ${missing.join(", ")}`,
      `Change allow of the tool "${name}"`,
      facts,
    );
  if (first === undefined) return ok(text, facts);
  return warning(
    `${text}, ${leftOut.length} left out, such as "${first.name}": ${first.reason}`,
    "Deny those that cannot be used, or see docs/tools/mcp.md",
    facts,
  );
}
