// The body of a chat completion, for OpenAI and the many servers that speak like it.

import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import type { ModelConfig } from "../../manifest/manifest.ts";
import type { ChatRequest, ModelImage, ModelMessage, ModelTool, ModelToolCall } from "../contract.ts";
import { formatOf, maxOutputOf } from "../provider.ts";
import { toolSchema } from "./tool-schema.ts";

/** Newer OpenAI models refuse `max_tokens`; most other servers know nothing else. */
export type MaxTokensName = "max_tokens" | "max_completion_tokens";

export function completionBody(
  model: ModelConfig,
  request: ChatRequest,
  maxTokensName: MaxTokensName,
): ChatCompletionCreateParamsStreaming {
  const maxOutput = maxOutputOf(model, request);
  const tools = request.tools ?? [];
  const format = formatOf(model, request);
  const sampling = model.seed === undefined ? {} : { seed: model.seed };
  return {
    model: model.model,
    messages: request.messages.map(toMessage),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
    stream: true,
    stream_options: { include_usage: true },
    ...(maxOutput === undefined ? {} : { [maxTokensName]: maxOutput }),
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...sampling,
    ...(model.stop.length === 0 ? {} : { stop: [...model.stop] }),
    ...(model.think === undefined ? {} : { reasoning_effort: model.think ? "medium" : "none" }),
    ...(format === undefined ? {} : { response_format: answerFormat(format) }),
  };
}

function toTool({ name, description, parameters }: ModelTool): ChatCompletionTool {
  return { type: "function", function: { name, description, parameters: { ...toolSchema(parameters) } } };
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
      return { role: "system", content: message.text };
    case "assistant":
      return { role: "assistant", content: message.text, ...toolCalls(message.calls ?? []) };
    case "tool":
      return { role: "tool", tool_call_id: message.call, content: message.text };
    case "user":
      return userMessage(message);
  }
}

function toolCalls(calls: readonly ModelToolCall[]) {
  if (calls.length === 0) return {};
  const toCall = ({ id, name, input }: ModelToolCall) => ({
    id,
    type: "function" as const,
    function: { name, arguments: JSON.stringify(input) },
  });
  return { tool_calls: calls.map(toCall) };
}

function userMessage(message: Extract<ModelMessage, { role: "user" }>): ChatCompletionMessageParam {
  const images = message.images ?? [];
  if (images.length === 0) return { role: "user", content: message.text };
  return { role: "user", content: [{ type: "text", text: message.text }, ...images.map(toImagePart)] };
}

function toImagePart(image: ModelImage) {
  const url = `data:${image.mediaType};base64,${Buffer.from(image.data).toString("base64")}`;
  return { type: "image_url" as const, image_url: { url } };
}

function answerFormat(schema: Readonly<Record<string, unknown>>) {
  return { type: "json_schema" as const, json_schema: { name: "answer", schema: { ...schema }, strict: true } };
}
