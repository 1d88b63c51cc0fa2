// Approvals as their commands print them. An action is printable ASCII as it comes; what a caller or another version wrote is made harmless here.

import type { ApprovalRecord, PendingApproval } from "../runtime/approval-operation.ts";
import { neutraliseLine } from "../telemetry/neutralise.ts";

export function pendingText(approval: PendingApproval): string {
  const { id, agent, tool, action, caller, expires } = approval;
  const whose = caller === undefined ? "" : `, for ${caller}`;
  return lines(`${id}  agent ${agent}, tool ${tool}${whose}, until ${expires}`, `        ${action}`);
}

export function recordText(record: ApprovalRecord): string {
  const { id, time, agent, tool, action, answer, by, name, reason } = record;
  const who = name === undefined || name === "" ? by : `${by} ${name}`;
  const why = reason === undefined ? "" : ` (${reason})`;
  return lines(`${time}  ${id}  ${answer} by ${who}${why}: agent ${agent}, tool ${tool}`, `        ${action}`);
}

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${neutraliseLine(text)}\n`).join("");
}
