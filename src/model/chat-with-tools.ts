// Tools for every model: by its API where that takes them, else by the prompted protocol; and calls that were printed as text are calls.

import type { ModelConfig } from "../manifest/manifest.ts";
import type { Logger } from "../telemetry/log.ts";
import type { ChatRequest, ModelEvent, ModelTool } from "./contract.ts";
import { ModelError } from "./contract.ts";
import { filtered } from "./printed-calls/filtered-answer.ts";
import { PrintedCallFilter } from "./printed-calls/printed-call-filter.ts";
import { PromptedAnswer } from "./prompted-tools/prompted-answer.ts";
import { promptedChat } from "./prompted-tools/prompted-chat.ts";
import { promptedRequest } from "./prompted-tools/prompted-request.ts";
import { formatOf, type Provider } from "./provider.ts";

/** Those whose API refused tools. */
const refusing = new WeakSet<Provider>();

/** As `provider.chat`. */
export function chatWithTools(
  provider: Provider,
  model: ModelConfig,
  request: ChatRequest,
  signal: AbortSignal,
  log: Logger,
): AsyncIterable<ModelEvent> {
  const { tools = [] } = request;
  return tools.length === 0
    ? provider.chat(request, signal)
    : offeringTools(provider, { model, tools, log }, request, signal);
}

async function* offeringTools(
  provider: Provider,
  { model, tools, log }: { readonly model: ModelConfig; readonly tools: readonly ModelTool[]; readonly log: Logger },
  request: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  const isPrompted = request.mustAnswer === "by-grammar" || refusing.has(provider);
  if (!isPrompted && provider.takesTools?.(request) !== false) {
    try {
      yield* filtered(provider.chat(forApi(request), signal), new PrintedCallFilter(tools));
      return;
    } catch (error) {
      if (!refusesTools(error)) throw error;
      refusing.add(provider);
    }
  }
  const own = formatOf(model, request);
  const prompted = promptedRequest(request, own);
  const answer = own === undefined ? promptedChat(provider, prompted, signal, log) : provider.chat(prompted, signal);
  yield* filtered(answer, new PromptedAnswer(tools));
}

/** What is not offered is not called; what is printed is held back all the same. */
function forApi(request: ChatRequest): ChatRequest {
  return request.mustAnswer !== undefined ? { ...request, tools: [] } : request;
}

/** Told before the answer begins. */
function refusesTools(error: unknown): boolean {
  return error instanceof ModelError && error.status === 400 && /does not support tools/i.test(error.message);
}
