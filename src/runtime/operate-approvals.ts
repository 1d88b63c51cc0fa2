// Does what is asked over the control socket of approvals. Whoever reaches that socket is the local operator: it is for the runtime's user alone.

import type { ApprovalDesk } from "../tool/approvals/desk.ts";
import { lastApprovals } from "../tool/approvals/records.ts";
import type { ApprovalRequest, ApprovalsReport, DecisionReport } from "./approval-operation.ts";
import { ControlStream } from "./control-stream.ts";

export interface ApprovalPorts {
  readonly stateDirectory: string;
  /** Absent while the runtime starts. */
  readonly approvals: ApprovalDesk | undefined;
}

/** A value or a stream. Throws what the asker is to read. */
export function operateApprovals(request: ApprovalRequest, { stateDirectory, approvals }: ApprovalPorts): unknown {
  if (approvals === undefined) throw new Error("It is still starting: try again");
  if (request.op === "approve") return decide(request, approvals);
  const report: ApprovalsReport = {
    pending: approvals.pending(),
    records: lastApprovals(stateDirectory, request.last),
  };
  return request.follow ? followed(report, approvals) : report;
}

/** An id is what a person types: its letters count in any case. */
function decide(
  { id, answer, name }: Extract<ApprovalRequest, { op: "approve" }>,
  approvals: ApprovalDesk,
): DecisionReport {
  const record = approvals.decide(id.toUpperCase(), { answer, by: "operator", name });
  if (record !== undefined) return { type: "decided", record };
  return { type: "unknown-approval", pending: approvals.pending().map((one) => one.id) };
}

/** Who does not read misses what comes meanwhile: it is in the records. */
function followed(first: ApprovalsReport, approvals: ApprovalDesk): ControlStream {
  return new ControlStream((send) => {
    send(first);
    return approvals.follow((event) => {
      const report: ApprovalsReport =
        event.type === "asked" ? { pending: [event.approval], records: [] } : { pending: [], records: [event.record] };
      send(report);
    });
  });
}
