// `clock(timezone="UTC")`, and what Mistral's models print: `clock[ARGS]{…}` and `clock{…}`.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import { isRecord } from "../json.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { isKnown, type Tools } from "./call-shape.ts";
import { closes, readLiteral } from "./read-literal.ts";
import { OtherText, TextEnded, type TextReader } from "./text-reader.ts";

const nameCharacter = /[A-Za-z0-9_.:-]/;

export function isNameStart(character: string): boolean {
  return /[A-Za-z_]/.test(character);
}

/** @throws {OtherText | TextEnded} */
export function readPythonCall(reader: TextReader, tools: Tools, isMarked: boolean): ModelToolCall {
  const name = reader.word(nameCharacter);
  if (reader.isAtEnd()) throw isMarked || mayBecome(name, tools) ? new TextEnded() : new OtherText();
  if (!isMarked && !isKnown(name, tools)) throw new OtherText();
  if (isMarked && (reader.peek() === "{" || reader.takes("[ARGS]"))) {
    return toolCall(newCallId(), name, readLiteral(reader));
  }
  reader.must("(");
  const input: Record<string, unknown> = {};
  const order = parameterNames(tools.get(name));
  for (let index = 0; !closes(reader, ")", index === 0); index++) {
    const key = keyOf(reader) ?? order[index];
    if (key === undefined) throw new OtherText();
    input[key] = readLiteral(reader);
  }
  return toolCall(newCallId(), name, input);
}

/** Undefined: the argument is given by its place. */
function keyOf(reader: TextReader): string | undefined {
  const ahead = /^([A-Za-z_]\w*)\s*=/.exec(reader.rest(80))?.[0];
  if (ahead === undefined) {
    if (/^[A-Za-z_]\w*\s*$/.test(reader.rest(80))) throw new TextEnded();
    return undefined;
  }
  reader.must(ahead);
  reader.space();
  return ahead.slice(0, -1).trim();
}

function mayBecome(name: string, tools: Tools): boolean {
  return [...tools.keys()].some((tool) => tool.startsWith(name)) || isKnown(name, tools);
}

function parameterNames(tool: ModelTool | undefined): readonly string[] {
  const properties = tool?.parameters["properties"];
  return isRecord(properties) ? Object.keys(properties) : [];
}
