// The body of an Ollama chat: the manifest's options in Ollama's names, and never a silent cut.

import type { ModelConfig } from "../../manifest/manifest.ts";
import type { ChatRequest, ModelMessage, ModelTool } from "../contract.ts";
import { formatOf, maxOutputOf } from "../provider.ts";

/**
 * @param contextTokens the context to ask for; undefined leaves it to the server
 */
export function chatBody(model: ModelConfig, request: ChatRequest, contextTokens: number | undefined) {
  const tools = request.tools ?? [];
  const format = formatOf(model, request);
  return {
    model: model.model,
    messages: request.messages.map(toMessage),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
    stream: true as const,
    // Without these, a prompt that doesn't fit is cut at its start, and a full context forgets its oldest half.
    truncate: false,
    shift: false,
    ...keepAlive(model),
    ...(model.think === undefined ? {} : { think: model.think }),
    ...(format === undefined ? {} : { format }),
    options: { ...loadOptions(contextTokens), ...generationOptions(model, maxOutputOf(model, request)) },
  };
}

/** The smallest call that has to wait for whatever the model still does. The same load options, or the model would be loaded anew. */
export function probeBody(model: ModelConfig, contextTokens: number | undefined) {
  return {
    model: model.model,
    messages: [{ role: "user", content: "." }],
    stream: true as const,
    ...keepAlive(model),
    options: { ...loadOptions(contextTokens), num_predict: 1 },
  };
}

/** The same load options as a chat's: a model that does both is loaded once. */
export function embedBody(model: ModelConfig, texts: readonly string[], contextTokens: number | undefined) {
  return {
    model: model.model,
    input: texts,
    truncate: false,
    ...keepAlive(model),
    options: loadOptions(contextTokens),
  };
}

function toMessage(message: ModelMessage) {
  const images = message.role === "user" ? (message.images ?? []) : [];
  const calls = message.role === "assistant" ? (message.calls ?? []) : [];
  return {
    role: message.role,
    content: message.text,
    ...(message.role === "tool" ? { tool_name: message.name } : {}),
    ...(calls.length === 0
      ? {}
      : { tool_calls: calls.map(({ name, input }) => ({ function: { name, arguments: { ...input } } })) }),
    ...(images.length === 0 ? {} : { images: images.map((image) => Buffer.from(image.data).toString("base64")) }),
  };
}

function toTool({ name, description, parameters }: ModelTool) {
  return { type: "function", function: { name, description, parameters: { ...parameters } } };
}

function keepAlive(model: ModelConfig) {
  return model.keepAliveMs === undefined ? {} : { keep_alive: `${model.keepAliveMs}ms` };
}

function loadOptions(contextTokens: number | undefined) {
  return contextTokens === undefined ? {} : { num_ctx: contextTokens };
}

function generationOptions(model: ModelConfig, maxOutput: number | undefined) {
  return {
    ...(maxOutput === undefined ? {} : { num_predict: maxOutput }),
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...(model.seed === undefined ? {} : { seed: model.seed }),
    ...(model.stop.length === 0 ? {} : { stop: [...model.stop] }),
  };
}
