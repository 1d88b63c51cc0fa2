// The contract between a turn, whose tools must ask before they act, and those who may say yes (docs/approvals.md).

import type { ApprovalMark, ApprovalWord } from "../../protocol/approval.ts";
import type { Approval, ToolAction, ToolCaller } from "../contract.ts";

/** Where one agent's tools get leave to act. */
export interface AgentApprovals {
  /** Resolves to no when nobody who may says yes in time. Rejects only with the turn's signal's reason. */
  request(action: ToolAction, turn: AskingTurn): Promise<Approval>;
  /** Nothing is kept of this conversation (any more): so is nothing of what was allowed in it. */
  forget(turn: ConversingTurn): void;
  /** While held, nobody is asked, and what waits is a no. What was allowed with "always" still holds for the turns that run. */
  setHeld(isHeld: boolean): void;
  /** What waits is a no, and every "always" is forgotten. */
  close(): void;
}

export interface ConversingTurn {
  /** Absent: it belongs to none. */
  readonly conversation?: string;
  readonly caller?: ToolCaller;
}

/** The turn that a tool acts in. */
export interface AskingTurn extends ConversingTurn {
  /** Names it in logs and traces. */
  readonly turn: string;
  readonly signal: AbortSignal;
  /** Puts the question to the turn's caller, if there is one. */
  readonly put: (question: ApprovalQuestion) => void;
}

export interface ApprovalQuestion {
  readonly prompt: string;
  readonly approval: ApprovalMark;
  /** Fires when no answer is waited for any more. */
  readonly signal: AbortSignal;
  /** Called at most once. */
  readonly onAnswer: (answer: ApprovalAnswer) => void;
}

export type ApprovalAnswer =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly files: readonly unknown[];
      /** Absent: none is named, or the signature fails. */
      readonly sender?: ToolCaller;
      /** Why a signature that is there does not count. */
      readonly senderProblem?: string;
      /** SHA-256 of the question that it says it is for, lower-case hex. */
      readonly approves?: string;
    }
  | { readonly type: "unusable"; readonly reason: string };

/** What was decided, and by whom. */
export interface Verdict {
  readonly answer: ApprovalWord;
  /** An agent ID (§13.3), `operator`, or `nobody`. */
  readonly by: string;
  /** Of the local operator, as the command said it. */
  readonly name?: string;
  /** Why it is a no that nobody said. */
  readonly reason?: string;
}

/** A question that waits for its answer. */
export interface PendingApproval {
  readonly id: string;
  readonly agent: string;
  readonly tool: string;
  /** Exactly what would be done, in printable ASCII. */
  readonly action: string;
  /** ISO 8601. */
  readonly asked: string;
  readonly expires: string;
  readonly turn: string;
  /** Agent ID of a verified caller. */
  readonly caller?: string;
  readonly conversation?: string;
  /** Whether "always" can be said. */
  readonly canAlways: boolean;
}

/** One that was decided: the audit's record. */
export interface ApprovalRecord extends Omit<PendingApproval, "expires" | "canAlways">, Verdict {
  /** When it was decided, ISO 8601. */
  readonly time: string;
}
