// A conversation with calls in it, for a model that knows no calls: what was called and what came of it are told as text.

import type { ModelMessage, ModelToolCall } from "./contract.ts";

/** The same messages without calls and results; results of one answer become one message of the user. */
export function withoutCalls(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const told: ModelMessage[] = [];
  let results: string[] = [];
  const tellResults = () => {
    if (results.length > 0) told.push({ role: "user", text: results.join("\n\n") });
    results = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(resultText(message.name, message.text));
      continue;
    }
    tellResults();
    told.push(message.role === "assistant" ? { role: "assistant", text: spoken(message) } : message);
  }
  tellResults();
  return told;
}

function resultText(name: string, text: string): string {
  return `Result of the tool ${name}:\n${text}`;
}

function spoken({ text, calls = [] }: { readonly text: string; readonly calls?: readonly ModelToolCall[] }): string {
  return [...(text === "" ? [] : [text]), ...calls.map(callText)].join("\n");
}

/** The form that models are asked to call in when their provider takes no tools. */
export function callText({ name, input }: Pick<ModelToolCall, "name" | "input">): string {
  return JSON.stringify({ tool: name, arguments: input });
}
