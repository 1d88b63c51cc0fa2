// Calls in tags: `<function=clock>{…}</function>` of Llama's models, with a tag for each argument of Qwen's coders, and `<invoke name="clock">`.

import type { ModelToolCall } from "../contract.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { isKnown, type Tools } from "./call-shape.ts";
import { readLiteral } from "./read-literal.ts";
import { OtherText, type TextReader } from "./text-reader.ts";

/** With the name behind it. The first needs nothing to say that it is a call. */
export const functionTags = ["<function=", "<function name=", "<invoke name=", "<｜DSML｜invoke name="] as const;
const ends = ["</function>", "</invoke>", "</｜DSML｜invoke>"];
const argumentTags: readonly (readonly [open: string, close: string])[] = [
  ["<parameter=", "</parameter>"],
  ["<parameter name=", "</parameter>"],
  ["<param name=", "</param>"],
  ["<｜DSML｜parameter name=", "</｜DSML｜parameter>"],
];

/** Undefined where no such tag is next. @throws {OtherText | TextEnded} */
export function readFunctionTag(reader: TextReader, tools: Tools, isMarked: boolean): ModelToolCall | undefined {
  const open = functionTags.find((tag) => reader.starts(tag));
  if (open === undefined) return undefined;
  reader.must(open);
  const name = nameIn(reader.until(">"));
  if (!isMarked && open !== functionTags[0] && !isKnown(name, tools)) throw new OtherText();
  reader.space();
  const input = reader.peek() === "{" ? readLiteral(reader) : readArguments(reader);
  reader.space();
  if (reader.isAtEnd()) return toolCall(newCallId(), name, input);
  reader.takesAny(ends);
  return toolCall(newCallId(), name, input);
}

function readArguments(reader: TextReader): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (;;) {
    const tag = argumentTags.find(([open]) => reader.takes(open));
    if (tag === undefined) break;
    const key = nameIn(reader.until(">"));
    input[key] = reader.until(tag[1]).replace(/^\n|\n$/g, "");
    reader.space();
  }
  if (!ends.some((end) => reader.takes(end))) throw new OtherText();
  return input;
}

/** `clock`, `"clock"`, and what stands behind it in the tag. */
function nameIn(text: string): string {
  return (/^"([^"]*)"/.exec(text)?.[1] ?? text).trim();
}
