// The body of a chat completion, for OpenAI and the many servers that speak like it.

import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { ModelConfig } from "../../manifest/manifest.ts";
import type { ChatRequest, ModelImage, ModelMessage } from "../contract.ts";
import { maxOutputOf } from "../provider.ts";

/** Newer OpenAI models refuse `max_tokens`; most other servers know nothing else. */
export type MaxTokensName = "max_tokens" | "max_completion_tokens";

export function completionBody(
  model: ModelConfig,
  request: ChatRequest,
  maxTokensName: MaxTokensName,
): ChatCompletionCreateParamsStreaming {
  const maxOutput = maxOutputOf(model, request);
  const sampling = model.seed === undefined ? {} : { seed: model.seed };
  return {
    model: model.model,
    messages: request.messages.map(toMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...(maxOutput === undefined ? {} : { [maxTokensName]: maxOutput }),
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...sampling,
    ...(model.stop.length === 0 ? {} : { stop: [...model.stop] }),
    ...(model.think === undefined ? {} : { reasoning_effort: model.think ? "medium" : "none" }),
    ...(model.schema === undefined ? {} : { response_format: answerFormat(model.schema) }),
  };
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam {
  if (message.role !== "user") return { role: message.role, content: message.text };
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
