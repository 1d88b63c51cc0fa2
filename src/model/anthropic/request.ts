// The body of an Anthropic message.

import type { ImageBlockParam, MessageCreateParamsStreaming, MessageParam } from "@anthropic-ai/sdk/resources/messages";
import type { ModelConfig } from "../../manifest/manifest.ts";
import type { ChatRequest, ModelImage, ModelMessage } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { maxOutputOf } from "../provider.ts";

/** The API wants a limit; this one every current model allows. */
const defaultMaxOutput = 8192;
const leastThinking = 1024;

export function messageBody(model: ModelConfig, request: ChatRequest): MessageCreateParamsStreaming {
  const maxOutput = maxOutputOf(model, request) ?? defaultMaxOutput;
  const system = request.messages.filter((message) => message.role === "system").map((message) => message.text);
  const thinks = model.think === true && maxOutput > leastThinking;
  return {
    model: model.model,
    max_tokens: maxOutput,
    messages: request.messages.flatMap(toMessage),
    stream: true,
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
    ...(model.stop.length === 0 ? {} : { stop_sequences: [...model.stop] }),
    ...(model.schema === undefined
      ? {}
      : { output_config: { format: { type: "json_schema", schema: { ...model.schema } } } }),
    ...(model.think === false ? { thinking: { type: "disabled" } } : {}),
    // A model that thinks takes no temperature.
    ...(thinks ? { thinking: { type: "enabled", budget_tokens: Math.max(leastThinking, maxOutput >> 1) } } : {}),
    ...(thinks || model.temperature === undefined ? {} : { temperature: model.temperature }),
  };
}

function toMessage(message: ModelMessage): MessageParam[] {
  switch (message.role) {
    case "system":
      return [];
    case "assistant":
      return [{ role: "assistant", content: assistantContent(message) }];
    case "tool":
      return [{ role: "user", content: [{ type: "tool_result", tool_use_id: message.call, content: message.text }] }];
    case "user":
      return [userMessage(message)];
  }
}

function assistantContent({ text, calls = [] }: Extract<ModelMessage, { role: "assistant" }>): MessageParam["content"] {
  if (calls.length === 0) return text;
  const uses = calls.map(({ id, name, input }) => ({ type: "tool_use" as const, id, name, input }));
  return [...(text === "" ? [] : [{ type: "text" as const, text }]), ...uses];
}

function userMessage(message: Extract<ModelMessage, { role: "user" }>): MessageParam {
  const images = message.images ?? [];
  if (images.length === 0) return { role: "user", content: message.text };
  return { role: "user", content: [...images.map(toImage), { type: "text", text: message.text }] };
}

function toImage(image: ModelImage): ImageBlockParam {
  const data = Buffer.from(image.data).toString("base64");
  return { type: "image", source: { type: "base64", media_type: acceptedType(image.mediaType), data } };
}

function acceptedType(mediaType: string) {
  switch (mediaType) {
    case "image/jpeg":
    case "image/png":
    case "image/gif":
    case "image/webp":
      return mediaType;
    default:
      throw new ModelError("refused", `The provider takes no images of type "${mediaType}"`);
  }
}
