// The body of an Anthropic message.

import type {
  ImageBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  Tool,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages";
import type { ModelConfig } from "../../manifest/manifest.ts";
import { withoutCalls } from "../calls-as-text.ts";
import type { ChatRequest, ModelImage, ModelMessage, ModelTool } from "../contract.ts";
import { ModelError } from "../contract.ts";
import { formatOf, maxOutputOf } from "../provider.ts";

/** The API wants a limit; this one every current model allows. */
const defaultMaxOutput = 8192;
const leastThinking = 1024;

export function messageBody(model: ModelConfig, request: ChatRequest): MessageCreateParamsStreaming {
  const maxOutput = maxOutputOf(model, request) ?? defaultMaxOutput;
  const tools = request.tools ?? [];
  // The API refuses calls in a conversation without tools, and thinking that is asked for anew between a call and its result.
  const messages = tools.length === 0 ? withoutCalls(request.messages) : request.messages;
  const system = messages.filter((message) => message.role === "system").map((message) => message.text);
  const thinks = model.think === true && maxOutput > leastThinking && tools.length === 0;
  const format = formatOf(model, request);
  return {
    model: model.model,
    max_tokens: maxOutput,
    messages: toMessages(messages),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
    stream: true,
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
    ...(model.stop.length === 0 ? {} : { stop_sequences: [...model.stop] }),
    ...(format === undefined ? {} : { output_config: { format: { type: "json_schema", schema: { ...format } } } }),
    ...(model.think === false ? { thinking: { type: "disabled" } } : {}),
    // A model that thinks takes no temperature.
    ...(thinks ? { thinking: { type: "enabled", budget_tokens: Math.max(leastThinking, maxOutput >> 1) } } : {}),
    ...(thinks || model.temperature === undefined ? {} : { temperature: model.temperature }),
  };
}

function toTool({ name, description, parameters }: ModelTool): Tool {
  return { name, description, input_schema: { ...parameters, type: "object" } };
}

/** Results of one answer's calls have to come in one message. */
function toMessages(messages: readonly ModelMessage[]): MessageParam[] {
  const params: MessageParam[] = [];
  let results: ToolResultBlockParam[] | undefined;
  for (const message of messages) {
    if (message.role === "tool") {
      if (results === undefined) params.push({ role: "user", content: (results = []) });
      results.push({ type: "tool_result", tool_use_id: message.call, content: message.text });
    } else {
      results = undefined;
      if (message.role !== "system") params.push(toMessage(message));
    }
  }
  return params;
}

function toMessage(message: Exclude<ModelMessage, { role: "system" | "tool" }>): MessageParam {
  return message.role === "user" ? userMessage(message) : { role: "assistant", content: assistantContent(message) };
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
