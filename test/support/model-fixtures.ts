// Short ways to endpoints, models, requests and the events of a call, for tests of the model room.

import type { EndpointConfig, ModelConfig } from "../../src/manifest/manifest.ts";
import type { ChatModel, ChatRequest, ModelEvent, ModelUsage } from "../../src/model/contract.ts";
import { ModelError } from "../../src/model/contract.ts";
import type { ModelsConfig } from "../../src/model/models.ts";
import type { ProviderPorts } from "../../src/model/provider.ts";
import type { LogFields, Logger } from "../../src/telemetry/log.ts";

export function endpointConfig(given: Partial<EndpointConfig> = {}): EndpointConfig {
  return {
    name: "e",
    provider: "ollama",
    parallel: 1,
    headers: {},
    connectTimeoutMs: 2_000,
    retries: 0,
    retryWithinMs: 30_000,
    ...given,
  };
}

export function modelConfig(given: Partial<ModelConfig> = {}): ModelConfig {
  return { name: "m", endpoint: "e", model: "m", pull: "never", stop: [], budgets: [], ...given };
}

export function modelsConfig(endpoints: readonly EndpointConfig[], models: readonly ModelConfig[]): ModelsConfig {
  return {
    endpoints: new Map(endpoints.map((endpoint) => [endpoint.name, endpoint])),
    models: new Map(models.map((model) => [model.name, model])),
  };
}

export function chatRequest(text = "Hello", agent = "a"): ChatRequest {
  return { agent, messages: [{ role: "user", text }] };
}

export interface LogLine {
  readonly level: keyof Omit<Logger, "with">;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines. */
export function keptLog(lines: LogLine[] = [], base: LogFields = {}): Logger {
  const at =
    (level: LogLine["level"]) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields: { ...base, ...fields } });
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => keptLog(lines, { ...base, ...fields }),
  };
}

export function providerPorts(lines: LogLine[] = []): ProviderPorts {
  return {
    log: keptLog(lines),
    stateDir: "/nonexistent",
    engineFolder: () => Promise.reject(new Error("No engine in this test")),
  };
}

export interface Heard {
  readonly text: string;
  readonly thinking: string;
  readonly events: readonly ModelEvent[];
  readonly usage: ModelUsage | undefined;
  /** What the call threw. */
  readonly error: unknown;
}

/** Listens to a call to its end, whatever that is. */
export async function hear(events: AsyncIterable<ModelEvent>): Promise<Heard> {
  const heard: ModelEvent[] = [];
  let failure: unknown;
  try {
    for await (const event of events) heard.push(event);
  } catch (error) {
    failure = error;
  }
  return {
    text: heard.map((event) => (event.type === "text" ? event.text : "")).join(""),
    thinking: heard.map((event) => (event.type === "thinking" ? event.text : "")).join(""),
    events: heard,
    usage: heard
      .map((event) => (event.type === "usage" ? event.usage : undefined))
      .find((usage) => usage !== undefined),
    error: failure,
  };
}

export function ask(model: ChatModel, request = chatRequest(), signal = new AbortController().signal): Promise<Heard> {
  return hear(model.chat(request, signal));
}

/** The error as a `ModelError`; fails the test when it is none. */
export function modelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  throw new Error(`Expected a ModelError, got ${String(error)}`, { cause: error });
}

/** What a promise rejects with; fails the test when it doesn't. */
export async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  );
  if (outcome === undefined) throw new Error("Expected a rejection");
  return outcome.reason;
}
