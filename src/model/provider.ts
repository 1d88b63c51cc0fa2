// What a provider implements: raw generation by one model of one endpoint. It has no queue, no chain and no retries of its own:
// slots, fallbacks, backoff and the promise to end within 1 s of an abort are made once, around it.

import type { EndpointConfig, ModelConfig } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import type { BudgetPorts } from "./budget/budget-scope.ts";
import type { ChatRequest, ModelErrorKind, ModelEvent, ModelNotice } from "./contract.ts";
import type { MemoryShortage } from "./memory-need.ts";

/** How one call of one model ended. `stopped`: nobody wanted the rest. */
export interface ModelCallEnd {
  readonly agent: string;
  /** Name of the manifest's model. */
  readonly model: string;
  readonly outcome: "ok" | "stopped" | ModelErrorKind;
}

/** What every provider is given beside its configuration. */
export interface ProviderPorts {
  readonly log: Logger;
  /** Absolute path of the runtime's state directory, for what a provider keeps on disk. */
  readonly stateDir: string;
  /** The folder of the built-in engine's files, extracted on first use. Rejects where the executable carries none. */
  readonly engineFolder: () => Promise<string>;
  /** Told of each call's end, once. Must not throw. */
  readonly onCall?: (call: ModelCallEnd) => void;
  /** Where budgets keep what was spent; absent: models have none. */
  readonly budgets?: BudgetPorts;
}

/** What a look at the model found. */
export interface ModelLook {
  /** False: the endpoint answers but does not hold the model. */
  readonly isPresent: boolean;
  /** Tokens that fit, the manifest's `context` held against the model's own limit; absent when the provider doesn't say. */
  readonly contextTokens?: number;
  /** Whether the model takes images; absent when the provider doesn't say. */
  readonly sees?: boolean;
}

export interface RawEmbeddings {
  readonly vectors: readonly ArrayLike<unknown>[];
  /** Absent when the provider reported none. */
  readonly inputTokens?: number;
}

/** Each method throws only `ModelError`, or anything at all once its signal has fired: the caller then throws the signal's reason. */
export interface Provider {
  /**
   * Generates one answer: text and thinking as they come (joined per network read), then `usage` exactly once, last. Emits no empty
   * text. Closes what it opened when it ends, throws, or its iterator is returned.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /**
   * Whether its API takes the tools of this request, as far as it is known. False: the prompted protocol is used. Left out by providers
   * whose API takes tools; one that refuses them throws `refused` with status 400, "does not support tools".
   */
  takesTools?(request: ChatRequest): boolean | undefined;
  /**
   * Vectors for texts, unchecked, as the endpoint gave them. Nothing is cut: a text that does not fit throws `overflow`. Left out by
   * providers that have none.
   */
  embed?(texts: readonly string[], signal: AbortSignal): Promise<RawEmbeddings>;
  /** The cheap health route: resolves when the endpoint answers at all, and throws `unreachable` when nobody does. */
  ping(signal: AbortSignal): Promise<void>;
  /** Looks at the model's presence and limits. Throws `unreachable` when nobody answers. */
  look(signal: AbortSignal): Promise<ModelLook>;
  /**
   * What this machine lacks of memory to load the model; undefined when it is loaded, fits, is loaded elsewhere, or nobody knows. Called
   * before each call, so it costs next to nothing while there is enough. Left out by providers whose models take no memory here.
   */
  shortage?(signal: AbortSignal): Promise<MemoryShortage | undefined>;
  /**
   * Fetches the model. Called without a slot, when `chat` threw `not-found` and `ModelConfig.pull` is `if-missing`; `chat` is called
   * again after it. Yields progress; ends when the model is there.
   */
  pull?(signal: AbortSignal): AsyncIterable<ModelNotice>;
  /**
   * Resolves when the endpoint no longer works on a call that was aborted before its first text or thinking. The slot stays held until
   * then. A provider that stops at once leaves it out.
   */
  settle?(signal: AbortSignal): Promise<void>;
  /** Gives back what the provider holds (a child process, memory). Called once, when no call is left. */
  close(): Promise<void>;
}

/** Makes a provider. Opens nothing and imports no client: both come with the first use. */
export type ProviderFactory = (endpoint: EndpointConfig, model: ModelConfig, ports: ProviderPorts) => Provider;

/** Tokens that an answer may have: the lower of what the manifest and the request say; undefined when neither does. */
export function maxOutputOf(model: ModelConfig, request: ChatRequest): number | undefined {
  const limits = [model.maxOutput, request.maxOutput].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** Whether a request carries images: only a model that sees may get it. */
export function hasImages(request: ChatRequest): boolean {
  return request.messages.some((message) => message.role === "user" && (message.images?.length ?? 0) > 0);
}

/** The JSON Schema that an answer has to follow: the request's, else the manifest's; undefined when neither has one. */
export function formatOf(model: ModelConfig, request: ChatRequest): Readonly<Record<string, unknown>> | undefined {
  return request.format ?? model.schema;
}
