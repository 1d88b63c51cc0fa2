// The prompted protocol: a model whose API takes no tools is told of them, and answers with one JSON object that its grammar holds it to.

import { callText, withoutCalls } from "../calls-as-text.ts";
import type { ChatRequest, ModelMessage, ModelTool } from "../contract.ts";
import type { JsonRecord } from "../json.ts";
import { grammarSchema } from "./grammar-schema.ts";

/** `answer`: JSON Schema that the answer has to follow; undefined: it is text. */
export function promptedRequest(request: ChatRequest, answer: JsonRecord | undefined): ChatRequest {
  const { tools = [], messages, mustAnswer, ...rest } = request;
  const told = withoutCalls(messages.map(inProtocol));
  return {
    ...rest,
    messages: withInstructions(told, tools),
    format: answerSchema(mustAnswer === undefined ? tools : [], answer),
  };
}

/** Earlier answers look as the next one has to. */
function inProtocol(message: ModelMessage): ModelMessage {
  if (message.role !== "assistant" || (message.calls?.length ?? 0) > 0) return message;
  return { role: "assistant", text: JSON.stringify({ answer: message.text }) };
}

function withInstructions(messages: readonly ModelMessage[], tools: readonly ModelTool[]): readonly ModelMessage[] {
  const system = messages.filter(({ role }) => role === "system").map(({ text }) => text);
  const text = [...system, instructions(tools)].join("\n\n");
  return [{ role: "system", text }, ...messages.filter(({ role }) => role !== "system")];
}

function instructions(tools: readonly ModelTool[]): string {
  const list = tools.map(
    ({ name, description, parameters }) =>
      `- ${name}: ${description} Arguments: ${JSON.stringify(grammarSchema(parameters))}`,
  );
  return [
    "You can use these tools:",
    ...list,
    "Answer with one JSON object and nothing else.",
    `To use a tool: ${callText({ name: "NAME", input: {} })}`,
    'To answer: {"answer": "TEXT"}',
  ].join("\n");
}

function answerSchema(tools: readonly ModelTool[], answer: JsonRecord | undefined): JsonRecord {
  const calls = tools.map(({ name, parameters }) =>
    record({ tool: { const: name }, arguments: grammarSchema(parameters) }),
  );
  const text = record({ answer: answer ?? { type: "string" } });
  return calls.length === 0 ? text : { oneOf: [...calls, text] };
}

function record(properties: JsonRecord): JsonRecord {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
