// Calls that begin with their name: `clock(timezone="UTC")`, and with JSON behind it, as Mistral's, DeepSeek's, GLM's and others print them.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import { isRecord } from "../json.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { isKnown, type Tools } from "./call-shape.ts";
import { fenceLanguages, separators } from "./marks.ts";
import { readBareObject } from "./read-bare-object.ts";
import { closes, readLiteral } from "./read-literal.ts";
import { OtherText, TextEnded, type TextReader } from "./text-reader.ts";

const nameCharacter = /[A-Za-z0-9_.:-]/;
/** Gemma's word before the name. */
const bareCall = "call:";

export function isNameStart(character: string): boolean {
  return /[A-Za-z_]/.test(character);
}

/** @throws {OtherText | TextEnded} */
export function readNamedCall(reader: TextReader, tools: Tools, isMarked: boolean): ModelToolCall {
  const given = readName(reader);
  const name = given.replace(/^call:/, "");
  if (reader.isAtEnd()) throw isMarked || mayBecome(given, name, tools) ? new TextEnded() : new OtherText();
  if (isMarked && name === "print" && !tools.has(name)) return readPrinted(reader, tools);
  if (!isMarked && !isKnown(name, tools)) throw new OtherText();
  const plain = plainName(name, tools);
  if (reader.peek() === "(") return toolCall(newCallId(), plain, readInBrackets(reader, tools.get(plain)));
  const input = given.startsWith(bareCall) ? readBareObject(reader) : readBehindName(reader, isMarked);
  return toolCall(newCallId(), plain, input);
}

/** `function` and a separator may stand before it. */
function readName(reader: TextReader): string {
  const word = reader.word(nameCharacter);
  return word === "function" && takesSeparator(reader) ? reader.word(nameCharacter) : word;
}

/** Without the number of the call behind it, or the method by which Llama's models call. */
function plainName(name: string, tools: Tools): string {
  const plain = name.replace(/:\d+$|\.call$/, "");
  return isKnown(name, tools) || !isKnown(plain, tools) ? name : plain;
}

/** `print(clock())` in code that is to be run. */
function readPrinted(reader: TextReader, tools: Tools): ModelToolCall {
  reader.must("(");
  reader.space();
  const call = reader.nested(() => readNamedCall(reader, tools, true));
  reader.space();
  reader.must(")");
  return call;
}

function readInBrackets(reader: TextReader, tool: ModelTool | undefined): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const order = parameterNames(tool);
  const placed: unknown[] = [];
  reader.must("(");
  for (let index = 0; !closes(reader, ")", index === 0); index++) {
    const named = keyOf(reader);
    const key = named ?? order[index];
    if (key === undefined) throw new OtherText();
    input[key] = readLiteral(reader);
    if (named === undefined) placed.push(input[key]);
  }
  return objectOfAll(input, placed, order) ?? input;
}

/** `clock({"timezone": "UTC"})`: one object that is all the arguments. */
function objectOfAll(
  input: Readonly<Record<string, unknown>>,
  [first]: readonly unknown[],
  order: readonly string[],
): Record<string, unknown> | undefined {
  const isAll = Object.keys(input).length === 1 && isRecord(first) && Object.keys(first).length > 0;
  return isAll && Object.keys(first).every((key) => order.includes(key)) ? { ...first } : undefined;
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

function readBehindName(reader: TextReader, isMarked: boolean): unknown {
  reader.space();
  const isSeparated = takesCallId(reader) || takesSeparator(reader);
  if (isSeparated) takesSeparator(reader);
  reader.space();
  const first = reader.peek();
  if (first === "{") return readLiteral(reader);
  if (!isMarked && !isSeparated) throw new OtherText();
  if (first === "`") return readFenced(reader);
  if (isMarked && first === "<") return readPairs(reader);
  throw new OtherText();
}

function takesCallId(reader: TextReader): boolean {
  if (!reader.takes("[CALL_ID]")) return false;
  reader.word(/[A-Za-z0-9_-]/);
  return true;
}

function takesSeparator(reader: TextReader): boolean {
  const before = reader.at;
  reader.space();
  reader.takesAny(separators);
  return reader.at > before;
}

function readFenced(reader: TextReader): unknown {
  reader.must("```");
  const language = reader.word(/[A-Za-z_]/);
  reader.space();
  reader.peek();
  if (!fenceLanguages.has(language.toLowerCase())) throw new OtherText();
  const input = readLiteral(reader);
  reader.space();
  if (!reader.isAtEnd()) reader.must("```");
  return input;
}

/** GLM's `<arg_key>timezone</arg_key><arg_value>UTC</arg_value>`, or none before the closing mark. */
function readPairs(reader: TextReader): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  while (reader.takes("<arg_key>")) {
    const key = reader.until("</arg_key>").trim();
    reader.space();
    reader.must("<arg_value>");
    input[key] = reader.until("</arg_value>");
    reader.space();
    if (reader.isAtEnd()) return input;
  }
  if (!reader.starts("</tool_call>"))
    throw "</tool_call>".startsWith(reader.rest(12)) ? new TextEnded() : new OtherText();
  return input;
}

function mayBecome(given: string, name: string, tools: Tools): boolean {
  return bareCall.startsWith(given) || [...tools.keys()].some((tool) => tool.startsWith(name)) || isKnown(name, tools);
}

function parameterNames(tool: ModelTool | undefined): readonly string[] {
  const properties = tool?.parameters["properties"];
  return isRecord(properties) ? Object.keys(properties) : [];
}
