// The contract between a turn and the tools that its model may call.

import type { TraceContext } from "../protocol/trace-context.ts";
import type { Logger } from "../telemetry/log.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A tool as its model sees it. */
export interface ToolSpec {
  /** Unique in its agent: 1 to 64 characters out of `a-z A-Z 0-9 _ -`. */
  readonly name: string;
  /** What it does and when to use it, in words that a small model understands. */
  readonly description: string;
  /** Of its arguments: a JSON Schema of type `object`. */
  readonly parameters: JsonSchema;
}

export interface Tool extends ToolSpec {
  /** Changes nothing: may run at the same time as other such calls of one answer. */
  readonly isReadOnly: boolean;
  /** It waits, or looks at what changes: calling it again with the same arguments is no mistake. */
  readonly mayRepeat?: boolean;
  /**
   * `input` follows `parameters`. Rejects with a `ToolError`, which the model reads; or with the signal's reason once that has fired, within
   * 1 s. Anything else is a bug, which costs this call only. What it resolves to is bounded.
   */
  run(input: ToolInput, context: ToolContext): Promise<ToolOutput>;
}

export type ToolInput = Readonly<Record<string, unknown>>;

export interface ToolOutput {
  /** What the model reads. */
  readonly text: string;
  /** The answer has been given by `ToolContext.say`: the model is not asked again, and the turn ends well. */
  readonly endsTurn?: boolean;
  /** The call came to nothing, and `text` says so in a form of the tool's own: it counts as failed, and the model reads the text as it is. */
  readonly failed?: ToolErrorKind;
  /** From now on, the turn may call no other tools than these and the one that says so. */
  readonly allowsOnly?: AllowedOnly;
}

export interface AllowedOnly {
  /** What asks for it, in words for the model: a skill's name. */
  readonly by: string;
  /** Names, in which `*` stands for any characters. */
  readonly tools: readonly string[];
}

/** Why a call failed, in words for a model: what is wrong, and what it may do instead. Holds no secret. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly kind: ToolErrorKind;

  constructor(kind: ToolErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * `invalid`: the arguments are none; `denied`: the operator's rules or an approver say no; `failed`: it was tried and did not work;
 * `timeout`: it did not end in time; `unavailable`: what it needs is not there now; `limit`: a bound of the turn is reached.
 */
export type ToolErrorKind = "invalid" | "denied" | "failed" | "timeout" | "unavailable" | "limit";

/** Who a turn works for. */
export interface ToolCaller {
  /** Its agent ID (§13.3). */
  readonly id: string;
  /** False: a claim, for display only. Nothing may be granted to it. */
  readonly isVerified: boolean;
  readonly user: string;
}

/** What one call of a tool works with. */
export interface ToolContext {
  /** Fires when the turn is stopped. */
  readonly signal: AbortSignal;
  readonly agent: string;
  /** Names the turn in logs and traces. */
  readonly turn: string;
  readonly log: Logger;
  /** Absent: a turn that belongs to no conversation. */
  readonly conversation?: string;
  /** Absent: it does not say, or there is none (a trigger). */
  readonly caller?: ToolCaller;
  /** What the turn answers, as its caller sent it. */
  readonly prompt: { readonly text: string; readonly files: readonly ToolFile[] };
  /** How many agents the prompt has come through: 0 from a caller that is none of ours. */
  readonly hops: number;
  /** Prompt subjects of agents that it says to have come through, and that wait for it; the nearest last. */
  readonly via: readonly string[];
  /** Carried on with what the call sends to others that may be part of the trace. Absent: there is none. */
  readonly trace?: TraceContext;
  /** A folder of the turn for files, made on first use and removed with all in it when the turn ends. */
  folder(): Promise<string>;
  /** Has `listener` called once, when the turn is over for whatever reason and before its folder goes. It never rejects, and is waited for. */
  onEnd(listener: () => Promise<void>): void;
  /** A short token for a status chunk of the caller. */
  status(token: string): void;
  /** Text of the answer itself, for tools that end the turn. */
  say(text: string): void;
  /** Files of the answer itself, likewise. */
  sayFiles(files: readonly ToolFile[]): void;
  /** Puts a question to the caller (§7). Rejects with a `ToolError` when there is nobody to ask, or no answer in time. */
  ask(question: ToolQuestion): Promise<ToolAnswer>;
  /** Asks those who may approve for leave to do exactly this. Resolves to no when nobody says yes in time; rejects only by the signal. */
  approve(action: ToolAction): Promise<Approval>;
}

export interface ToolFile {
  readonly filename: string;
  readonly data: Uint8Array;
}

export interface ToolQuestion {
  readonly prompt: string;
  readonly files?: readonly ToolFile[];
  readonly timeoutMs: number;
}

/** An answer is text from outside: it grants nothing. */
export interface ToolAnswer {
  readonly text: string;
  readonly files: readonly ToolFile[];
}

export interface ToolAction {
  /** The tool's name as the model called it. */
  readonly tool: string;
  /** Exactly what would be done, for a person to read: an argv, a method with its URL. */
  readonly action: string;
  /** What "always in this conversation" stands for; equal keys are the same action. */
  readonly key: string;
}

/** `answer`, `by`: as they were recorded; absent: nobody was asked. */
export type Approval = ({ readonly isGranted: true } | { readonly isGranted: false; readonly reason: string }) & {
  readonly answer?: "yes" | "no" | "always";
  readonly by?: string;
};

export type ToolHealth = { readonly state: "ready" } | { readonly state: "degraded"; readonly reason: string };

/** One entry of an agent's `tools`: one tool or several. */
export interface ToolSource {
  /** Its name in the manifest. */
  readonly name: string;
  /** Somebody else names its tools: they stand in the place of none of ours. Default false. */
  readonly isForeign?: boolean;
  /**
   * Starts what is started on first use; called before `tools()` is asked. Resolves when that is up or has failed, which `health()` tells, or
   * soon after `signal`. Never rejects. Absent: there is nothing to start.
   */
  prepare?(signal: AbortSignal): Promise<void>;
  /** Those that can be called now; asked at the start of each turn. */
  tools(): readonly Tool[];
  /** `degraded` makes the agent degraded. */
  health(): ToolHealth;
  /** Calls `listener` when the state of `health()` became another one. Returns what ends that. */
  onHealthChange(listener: () => void): () => void;
  /** Gives back what it holds. No call is running. Never rejects. */
  close(): Promise<void>;
}
