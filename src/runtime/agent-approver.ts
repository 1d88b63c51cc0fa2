// Puts the approvals of one agent behind the port of its turns.

import type { Approver } from "../agent/approver.ts";
import { certainRedaction } from "../agent/guards/redaction.ts";
import type { AgentApprovals } from "../tool/approvals/contract.ts";
import type { ApprovingAgent } from "../tool/approvals/asking-agent.ts";
import type { AgentDefinition } from "./agent-definition.ts";

export function agentApprover(approvals: AgentApprovals): Approver {
  return {
    approve: (action, turn) =>
      approvals.request(action, { ...turn, put: (question) => turn.ask({ ...question, files: [] }) }),
    forget: (turn) => approvals.forget(turn),
  };
}

export function approvingAgent({ config, identity }: AgentDefinition): ApprovingAgent {
  const { approve, deny } = config.callers;
  const { redact } = config.guards;
  return {
    name: config.name,
    address: `${identity.agent}/${identity.owner}/${config.name}`,
    rules: { approve, deny },
    timeoutMs: config.approvalTimeoutMs,
    ...(redact.length === 0 ? {} : { redact: () => certainRedaction(redact) }),
  };
}
