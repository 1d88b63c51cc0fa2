// The port through which a tool's action is approved. An agent knows nothing of who may say yes.

import type { Approval, ToolAction, ToolCaller } from "../tool/contract.ts";
import type { AgentQuestion } from "./contract.ts";

/** The turn that wants to act. */
export interface ApprovalTurn {
  readonly agent: string;
  /** Names the turn in logs and traces. */
  readonly turn: string;
  /** Absent: a turn that belongs to no conversation. */
  readonly conversation?: string;
  readonly caller?: ToolCaller;
  /** Fires when the turn is stopped. */
  readonly signal: AbortSignal;
  /** Puts a question to the caller of the turn; does nothing when there is nobody to ask. */
  ask(question: AgentQuestion): void;
}

export interface Approver {
  /** Resolves to no when nobody says yes in time. Rejects only with the signal's reason. */
  approve(action: ToolAction, turn: ApprovalTurn): Promise<Approval>;
  /** A turn finds nothing kept of its conversation: whatever was allowed in one of that name is over. */
  forget(turn: Pick<ApprovalTurn, "conversation" | "caller">): void;
}

/** Where nobody may approve. */
export const nobodyApproves: Approver = {
  approve: () => Promise.resolve({ isGranted: false, reason: "nobody may approve it" }),
  forget: () => undefined,
};
