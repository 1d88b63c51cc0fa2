// A tool call out of what a model gave: arguments come as an object, as text that holds one, or as something else altogether.

import type { ModelToolCall } from "./contract.ts";
import { isRecord } from "./json.ts";
import { readLiteral } from "./printed-calls/read-literal.ts";
import { OtherText, TextEnded, TextReader } from "./printed-calls/text-reader.ts";

/** More calls in one answer than these are a model that runs in circles: the rest is dropped. */
export const maxCallsOfAnswer = 64;
/** Characters, all calls of one answer together. */
export const maxArgumentsLength = 2 * 1024 * 1024;

const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** `id` empty: one is made up. `given`: the arguments as they came; absent or blank are none. */
export function toolCall(id: string, name: string, given: unknown): ModelToolCall {
  const value = typeof given === "string" ? parsed(given) : given;
  const input = isRecord(value) ? value : {};
  const isNone = value === undefined || value === null || value === "" || isRecord(value);
  return { id: id === "" ? newCallId() : id, name: name.trim(), input, ...(isNone ? {} : { rawInput: value }) };
}

/** Nine letters and digits: the form that every provider takes. */
export function newCallId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => idAlphabet[byte % idAlphabet.length]).join("");
}

function parsed(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return loosely(text) ?? text; // No JSON: a model that gives its one argument as it is.
  }
}

/** An object with a slip: Python's quotes, a comma or a brace too many, a line break in a text, a fence around it. */
function loosely(text: string): unknown {
  const reader = new TextReader(text.replace(/^\s*```[a-z_]*\s|\s*```\s*$/gi, "").trim());
  try {
    if (reader.peek() !== "{") return undefined;
    const value = readLiteral(reader);
    reader.space();
    reader.word(/\}/);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof OtherText || error instanceof TextEnded) return undefined;
    throw error;
  }
}
