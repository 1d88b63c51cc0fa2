// `<function=clock>{…}</function>` of Llama's models, and the form with a tag for each argument of Qwen's coders.

import type { ModelToolCall } from "../contract.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { readLiteral } from "./read-literal.ts";
import type { TextReader } from "./text-reader.ts";

const end = "</function>";

/** @throws {OtherText | TextEnded} */
export function readFunctionTag(reader: TextReader): ModelToolCall {
  reader.must("<function=");
  const name = reader.until(">").trim();
  reader.space();
  if (reader.peek() === "{") {
    const input = readLiteral(reader);
    reader.space();
    reader.takesAny([end]);
    return toolCall(newCallId(), name, input);
  }
  const input: Record<string, unknown> = {};
  while (reader.takes("<parameter=")) {
    const key = reader.until(">").trim();
    input[key] = reader.until("</parameter>").replace(/^\n|\n$/g, "");
    reader.space();
  }
  reader.must(end);
  return toolCall(newCallId(), name, input);
}
