// The contract between an agent's turn and whatever generates text for it.

import type { ModelConfig } from "../manifest/manifest.ts";
import type { AskedModel } from "../telemetry/trace.ts";

export interface ModelImage {
  readonly mediaType: string;
  readonly data: Uint8Array;
}

export type ModelMessage =
  | { readonly role: "system"; readonly text: string }
  | { readonly role: "user"; readonly text: string; readonly images?: readonly ModelImage[] }
  | { readonly role: "assistant"; readonly text: string; readonly calls?: readonly ModelToolCall[] }
  /** What a call came to; follows the message that made the call. */
  | { readonly role: "tool"; readonly call: string; readonly name: string; readonly text: string };

/** A tool as a model is told of it. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of type `object`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ModelToolCall {
  /** The provider's, or made up: unique in its conversation. */
  readonly id: string;
  readonly name: string;
  /** As the model gave them, whatever the tool's schema says; empty when they are no object. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What the model gave in place of an object. */
  readonly rawInput?: unknown;
}

export type MustAnswer = "freely" | "by-grammar";

export interface ChatRequest {
  readonly messages: readonly ModelMessage[];
  /** What the model may call; absent or empty: nothing. */
  readonly tools?: readonly ModelTool[];
  /**
   * It may call nothing more: of `tools` it is told at most so that earlier calls make sense, and a call that it prints all the same is one.
   * `by-grammar`: by the prompted protocol, whose grammar leaves it nothing but an answer.
   */
  readonly mustAnswer?: MustAnswer;
  /** JSON Schema that the answer must follow, in place of the model's own `schema`. */
  readonly format?: Readonly<Record<string, unknown>>;
  /** The agent that asks: slots of an endpoint are shared in turn between agents. */
  readonly agent: string;
  /** Tokens at most, however many more the manifest allows. */
  readonly maxOutput?: number;
  /** Told of each call of a model that this takes, when that has ended: of tries that failed, too. Must not throw. */
  readonly onAttempt?: (attempt: ModelAttempt) => void;
}

/** One call of one model, however it ended. */
export interface ModelAttempt {
  /** Name of the manifest's model. */
  readonly model: string;
  readonly provider: string;
  /** By `performance.now`: before it waited for a place at the endpoint. */
  readonly startedAt: number;
  readonly totalMs: number;
  /** `stopped`: nobody wanted the rest. */
  readonly outcome: "ok" | "stopped" | ModelErrorKind;
  readonly asked: AskedModel;
}

export interface ModelUsage {
  /** Name of the manifest's model that served. */
  readonly model: string;
  readonly provider: string;
  /** As the provider names what answered; absent: it does not say. */
  readonly servedModel?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  /** True when the provider reported no counts and they were guessed from the text's length. */
  readonly estimated: boolean;
  /** `length`: the answer was cut by `max_output` or a full context. */
  readonly finish: "stop" | "length";
  /** From the call's start (slot granted) to its first text or thinking; absent when there was none. */
  readonly firstTokenMs?: number;
  readonly totalMs: number;
  /** By the manifest's prices; absent: not known. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}

/** Text and thinking come joined per network read: an event may hold any number of tokens. */
export type ModelEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** Whole, as soon as it is known. Further text may follow. */
  | { readonly type: "tool-call"; readonly call: ModelToolCall }
  /** Something an operator or caller may want to see while nothing else flows: a pull's progress, a fallback in a chain. */
  | { readonly type: "notice"; readonly notice: ModelNotice }
  /** Exactly once, last, when the call succeeded. */
  | { readonly type: "usage"; readonly usage: ModelUsage };

export type ModelNotice =
  | { readonly kind: "waiting"; readonly endpoint: string }
  | { readonly kind: "pulling"; readonly model: string; readonly completedBytes: number; readonly totalBytes: number }
  /** The endpoint is busy or broken for a moment: the call is tried again. */
  | { readonly kind: "retrying"; readonly endpoint: string; readonly reason: string }
  | { readonly kind: "fallback"; readonly from: string; readonly to: string; readonly reason: string };

export type ModelErrorKind =
  "unreachable" | "not-found" | "refused" | "no-memory" | "spent" | "overflow" | "timeout" | "invalid";

/**
 * The only error that `chat` throws (an abort throws the signal's reason).
 * `unreachable`: nobody answers there; `not-found`: the endpoint has no such model; `refused`: an error status, or busy;
 * `no-memory`: too little memory to load the model, told in words that may be shown to anybody;
 * `spent`: a budget of the model or of who asks is used up, told in words that may be shown to anybody; `overflow`: the prompt is larger than the context; `timeout`: no answer in time; `invalid`: an answer that is no answer, a broken stream.
 */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly kind: ModelErrorKind;
  /** Seconds after which another try makes sense, when known. */
  readonly retryAfterS: number | undefined;
  /** The provider's HTTP status, when there was one. */
  readonly status: number | undefined;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: { cause?: unknown; retryAfterS?: number | undefined; status?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterS = options.retryAfterS;
    this.status = options.status;
  }
}

/** What is known of a model without asking it anything: from its last call or its last look. */
export type ModelHealth =
  | { readonly state: "unknown" }
  | { readonly state: "reachable" }
  | { readonly state: "unreachable"; readonly reason: string; readonly retryAfterS: number }
  /** The endpoint answers and does not hold the model, which may not be fetched; `retryAfterS` is the time of the next look. */
  | { readonly state: "missing"; readonly reason: string; readonly retryAfterS: number }
  /** There, but too large for the memory that is left; `retryAfterS` is the time of the next look. */
  | { readonly state: "no-memory"; readonly reason: string; readonly retryAfterS: number }
  /** Its budget is used up; `retryAfterS` is the time of its renewal. */
  | { readonly state: "spent"; readonly reason: string; readonly retryAfterS: number };

/** Of an endpoint, whatever models it holds. */
export type EndpointState = Exclude<ModelHealth, { state: "missing" | "no-memory" | "spent" }>;

/** One model, or a chain that behaves like one. */
export interface ChatModel {
  readonly config: ModelConfig;
  /**
   * Generates one answer. Waits for a slot of the endpoint first. Throws only `ModelError`, or the signal's reason; ends within 1 s of
   * `signal`; gives up its slot the moment it ends, except while the provider is known to work on.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Tokens that fit, when known (after `look`, or from the manifest). */
  contextTokens(): number | undefined;
  /** Whether images may be sent; undefined when nobody said. Of a chain: whether any of its models takes them. */
  sees(): boolean | undefined;
  /** Looks at the endpoint (its health route, the model's presence and limits). Never throws. */
  look(signal: AbortSignal): Promise<ModelHealth>;
  health(): ModelHealth;
  /** Calls `listener` whenever the state of `health()` became another one, also when nobody prompts. Returns what ends that. */
  onHealthChange(listener: (health: ModelHealth) => void): () => void;
}
