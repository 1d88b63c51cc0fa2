// Approvals on the control socket: what waits, what was decided, and what the local operator says.

import type { ApprovalWord } from "../protocol/approval.ts";
import type { ApprovalRecord, PendingApproval } from "../tool/approvals/contract.ts";
import { isApprovalRecord } from "../tool/approvals/records.ts";

export type { ApprovalRecord, PendingApproval } from "../tool/approvals/contract.ts";
export { lastApprovals } from "../tool/approvals/records.ts";

export type ApprovalRequest =
  /** What waits, with the `last` that were decided; `follow`: and what is asked and decided from now on. */
  | { readonly op: "approvals"; readonly last: number; readonly follow: boolean }
  /** The local operator's word. `name`: who that is, as the command says. */
  | { readonly op: "approve"; readonly id: string; readonly answer: ApprovalWord; readonly name: string };

export interface ApprovalsReport {
  readonly pending: readonly PendingApproval[];
  readonly records: readonly ApprovalRecord[];
}

export type DecisionReport =
  | { readonly type: "decided"; readonly record: ApprovalRecord }
  | { readonly type: "unknown-approval"; readonly pending: readonly string[] };

export const approvalOperationNames = ["approvals", "approve"] as const;
export const mostRecords = 1_000;

const maxNameLength = 128;

/** The operation, or the text of what is wrong with it. */
export function decodeApprovalRequest(fields: Readonly<Record<string, unknown>>): ApprovalRequest | string {
  return fields["op"] === "approve" ? decodeDecision(fields) : decodeList(fields);
}

export function isApprovalsReport(value: unknown): value is ApprovalsReport {
  if (!isRecord(value)) return false;
  const { pending, records } = value;
  return (
    Array.isArray(pending) && pending.every(isPending) && Array.isArray(records) && records.every(isApprovalRecord)
  );
}

export function isDecisionReport(value: unknown): value is DecisionReport {
  if (!isRecord(value)) return false;
  if (value["type"] === "decided") return isApprovalRecord(value["record"]);
  return value["type"] === "unknown-approval" && Array.isArray(value["pending"]);
}

function decodeDecision({ id, answer, name }: Readonly<Record<string, unknown>>): ApprovalRequest | string {
  if (typeof id !== "string") return '"id" is not a text';
  if (answer !== "yes" && answer !== "no" && answer !== "always") return '"answer" is none of yes, no and always';
  const isName = typeof name === "string" && name.length <= maxNameLength;
  return isName ? { op: "approve", id, answer, name } : `"name" is no text of up to ${maxNameLength} characters`;
}

function decodeList({ last = 0, follow }: Readonly<Record<string, unknown>>): ApprovalRequest | string {
  const isCount = typeof last === "number" && Number.isSafeInteger(last) && last >= 0 && last <= mostRecords;
  return isCount
    ? { op: "approvals", last, follow: follow === true }
    : `"last" is no whole number from 0 to ${mostRecords}`;
}

function isPending(value: unknown): value is PendingApproval {
  if (!isRecord(value)) return false;
  return ["id", "agent", "tool", "action", "asked", "expires", "turn"].every((key) => typeof value[key] === "string");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
