// What a call tells its caller while the agent answers.

import type { ApprovalMark } from "../../protocol/approval.ts";
import type { Attachment, RefusedFile } from "../../protocol/attachment.ts";
import type { RequestSender } from "../identity/request-sender.ts";
import type { CallRequest, Headers } from "./call-request.ts";

export type CallEvent =
  /** The agent took the prompt. At most once. */
  | { readonly type: "ack" }
  /** Any other status token, such as `queued` or `working`; unknown ones may be ignored. */
  | { readonly type: "status"; readonly status: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "attachments"; readonly attachments: readonly Attachment[] }
  /** The agent asks; the answer goes through `CallOptions.answer`. */
  | { readonly type: "question"; readonly question: Question }
  /** Something arrived that was left out, and why. */
  | { readonly type: "notice"; readonly text: string; readonly file?: RefusedFile }
  /** The answer is whole. Always last; a call that fails throws instead. */
  | { readonly type: "end" };

/** A mid-stream query (§7). */
export interface Question {
  readonly id: string;
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** Files that were left out of `attachments`. */
  readonly refused?: readonly RefusedFile[];
  /**
   * The agent asks for leave to do this. The answer is `yes`, `no` or `always` and nothing else, and counts when it is signed by one whom the agent
   * lets approve. A person answers it, never a model.
   */
  readonly approval?: ApprovalMark;
}

/** Answers a question; undefined leaves it to the agent's own timeout. `signal` fires when the call is over. */
export type AnswerQuestion = (question: Question, signal: AbortSignal) => Promise<CallRequest | undefined>;

/** Where to look whether the agent is still there. */
export interface CallPresence {
  /** Of its status endpoint, as its record says; absent: it has none. */
  readonly statusSubject?: string;
  /** Whether its heartbeats have stopped. */
  readonly isOffline: () => boolean;
}

export interface CallOptions {
  /** Longest silence of the agent; default 60 s (§6.6). It does not run while a question waits for its answer. */
  readonly inactivityMs?: number;
  /** Longest whole call; default none. */
  readonly timeoutMs?: number;
  /** Leaves the call: the agent sees it and stops. */
  readonly signal?: AbortSignal;
  readonly answer?: AnswerQuestion;
  /** What questions are answered with that are open when the call ends before its answer is whole; default: nothing. */
  readonly refusal?: string;
  /** Called when the prompt has been sent: what fails before that was refused here. */
  readonly onSent?: () => void;
  /** Tells, while the agent is quiet, that nobody serves the call any more; default: only silence does. */
  readonly presence?: CallPresence;
  /** Bytes that may wait to be read; default 64 MiB. */
  readonly maxBufferedBytes?: number;
  /** Signs the prompt (§13); without it, it goes unsigned. */
  readonly sender?: RequestSender;
  /** Signs the answers to approvals, and nothing else. Absent: they go unsigned, and approve nothing. For callers whose answers a person gives. */
  readonly approver?: RequestSender;
  /** Sent with the prompt, counted in its size. */
  readonly headers?: Headers;
}
