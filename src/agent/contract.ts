// The contract between an agent and whoever hands it prompts.

import type { ApprovalMark } from "../protocol/approval.ts";
import type { TraceContext } from "../protocol/trace-context.ts";
import type { ModelErrorKind, ModelUsage } from "../model/contract.ts";
import type { ToolErrorKind } from "../tool/contract.ts";

export interface PromptFile {
  readonly filename: string;
  readonly data: Uint8Array;
}

export interface AgentPrompt {
  /** Names the turn in logs and traces. */
  readonly id: string;
  readonly text: string;
  readonly files: readonly PromptFile[];
  /** The conversation to continue; absent: one stateless turn. */
  readonly conversation?: string;
  /** Absent: the prompt does not say. */
  readonly sender?: PromptSender;
  /** The trace that its caller counts it to. */
  readonly trace?: TraceContext;
  /** How many agents it has come through; absent: none. */
  readonly hops?: number;
  /** Prompt subjects of agents that it says to have come through, the nearest last; absent: none. */
  readonly via?: readonly string[];
  /** False: nobody is there to answer a question (a trigger's turn). */
  readonly canAsk?: boolean;
  /** Who asks where no caller does; it is no sender, and may approve nothing. */
  readonly origin?: PromptOrigin;
}

/** `name`: of the agent's trigger. */
export interface PromptOrigin {
  readonly type: "trigger";
  readonly name: string;
}

export interface PromptSender {
  /** Its agent ID (§13.3). */
  readonly id: string;
  /** False: a claim, for display only. */
  readonly isVerified: boolean;
  /** Of a verified one: whose conversations it continues, whatever the rest of its id says. */
  readonly user: string;
}

export type AgentEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "files"; readonly files: readonly PromptFile[] }
  | { readonly type: "thinking"; readonly text: string }
  /** The model called a tool. */
  | { readonly type: "tool-call"; readonly call: AgentToolCall }
  /** What the call came to. */
  | { readonly type: "tool-result"; readonly id: string; readonly name: string; readonly outcome: ToolOutcome }
  /** For the caller (§7); the turn goes on meanwhile. */
  | { readonly type: "question"; readonly question: AgentQuestion }
  /** A short token for a status chunk, such as `fallback` or `pulling`. */
  | { readonly type: "progress"; readonly status: string }
  | { readonly type: "usage"; readonly usage: ModelUsage }
  /** Always last, exactly once. `trace`: what follows from the answer is a part of that. */
  | { readonly type: "end"; readonly outcome: TurnOutcome; readonly trace?: TraceContext };

export interface AgentToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** `bytes`: of what the model read. */
export interface ToolOutcome {
  readonly ok: boolean;
  /** Why not. */
  readonly error?: ToolErrorKind | "internal";
  readonly durationMs: number;
  readonly bytes: number;
}

export interface AgentQuestion {
  readonly prompt: string;
  readonly files: readonly PromptFile[];
  /** It asks for leave to act (docs/approvals.md); never for a model to answer. */
  readonly approval?: ApprovalMark;
  /** The asker's patience: once it fires, an answer is not listened for any more. */
  readonly signal: AbortSignal;
  /** Called at most once; not called when no answer can come. */
  readonly onAnswer: (answer: QuestionAnswer) => void;
}

/** Text from outside: it grants nothing, unless its sender is verified and may approve. */
export type QuestionAnswer =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly files: readonly PromptFile[];
      readonly sender?: PromptSender;
      /** Why its signature does not count, of one that has one. */
      readonly senderProblem?: string;
      /** The question that it says it is for: SHA-256 of its text, lower-case hex. */
      readonly approves?: string;
    }
  /** What came cannot be taken, and why. */
  | { readonly type: "unusable"; readonly reason: string };

/** `toolsFailed`: there is an answer, and no tool that was called for it did its work. */
export type TurnOutcome =
  { readonly ok: true; readonly toolsFailed?: boolean } | { readonly ok: false; readonly failure: TurnFailure };

export type TurnFailure =
  | { readonly kind: "model"; readonly error: ModelErrorKind; readonly message: string; readonly retryAfterS?: number }
  /** It went as far as it may, and has no answer. */
  | { readonly kind: "limit"; readonly limit: TurnLimitName; readonly message: string }
  /** A guard of the agent matched; `pattern` is its name. */
  | { readonly kind: "denied"; readonly what: "prompt" | "answer"; readonly pattern: string }
  /** Tools of its agent are not there: without them it would answer as if it had none. */
  | { readonly kind: "tools"; readonly message: string }
  /** The signal fired; its reason says why. */
  | { readonly kind: "stopped"; readonly reason: unknown }
  /** The conversation could not be read, or not be kept, and the agent is not to go on without. */
  | { readonly kind: "memory"; readonly message: string; readonly retryAfterS: number }
  | { readonly kind: "internal"; readonly message: string };

/** As in the manifest's `turn`; `repeated_calls`: the model made the same call again and again. */
export type TurnLimitName = "steps" | "tool_calls" | "tokens" | "time" | "repeated_calls";

/** A file that an agent cannot take, and why. */
export interface RefusedFile {
  readonly filename: string;
  readonly reason: string;
}

export interface Agent {
  readonly name: string;
  /** Never throws: the last event is `end`. Ends within 1 s of `signal`. */
  answer(prompt: AgentPrompt, signal: AbortSignal): AsyncIterable<AgentEvent>;
  /** The first of the files that cannot be taken; asked before a prompt is admitted. */
  refusedFile(files: readonly PromptFile[]): RefusedFile | undefined;
}
