// Which objects are calls: a name and arguments, under the keys that models use for them, and nothing else.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import { isRecord } from "../json.ts";
import { newCallId, toolCall } from "../tool-call.ts";
import { OtherText } from "./text-reader.ts";

export const nameKeys: ReadonlySet<string> = new Set([
  "name",
  "tool",
  "tool_name",
  "function",
  "function_name",
  "action",
]);
const inputKeys: ReadonlySet<string> = new Set([
  "arguments",
  "parameters",
  "args",
  "params",
  "input",
  "tool_input",
  "tool_arguments",
  "action_input",
  "kwargs",
]);
const sideKeys: ReadonlySet<string> = new Set(["id", "type", "call_id", "tool_call_id"]);
/** Keys whose value is a call, or several. */
const holderKeys: ReadonlySet<string> = new Set(["tool_call", "tool_calls", "function_call", "function"]);

/** Whether an object with this key may be a call. */
export function isCallKey(key: string, tools: Tools): boolean {
  return [nameKeys, inputKeys, sideKeys, holderKeys].some((keys) => keys.has(key)) || tools.has(key);
}

export type Tools = ReadonlyMap<string, ModelTool>;

/**
 * The calls that a value stands for. `isMarked`: the model said that it calls, so that a name which nothing has is a call too.
 * @throws {OtherText} when it stands for none
 */
export function callsIn(value: unknown, tools: Tools, isMarked: boolean): readonly ModelToolCall[] {
  if (Array.isArray(value)) {
    if (value.length === 0) throw new OtherText();
    return value.flatMap((item: unknown) => callsIn(item, tools, isMarked));
  }
  if (!isRecord(value)) throw new OtherText();
  return held(value, tools, isMarked) ?? [callOf(value, tools, isMarked)];
}

function held(
  value: Readonly<Record<string, unknown>>,
  tools: Tools,
  isMarked: boolean,
): readonly ModelToolCall[] | undefined {
  const [entry, ...others] = Object.entries(value).filter(([key]) => !sideKeys.has(key));
  if (entry === undefined || others.length > 0) return undefined;
  const [key, content] = entry;
  if (holderKeys.has(key) && typeof content === "object") return callsIn(content, tools, isMarked);
  // The tool's name as the only key.
  if (tools.has(key) && isRecord(content)) return [toolCall(newCallId(), key, content)];
  return undefined;
}

function callOf(value: Readonly<Record<string, unknown>>, tools: Tools, isMarked: boolean): ModelToolCall {
  const entries = Object.entries(value);
  const name = entries.find(([key, item]) => nameKeys.has(key) && typeof item === "string")?.[1];
  const input = entries.find(([key]) => inputKeys.has(key));
  const known = entries.every(([key]) => nameKeys.has(key) || inputKeys.has(key) || sideKeys.has(key));
  if (typeof name !== "string" || !known) throw new OtherText();
  if (!isMarked && (!isKnown(name, tools) || input === undefined)) throw new OtherText();
  if (isDefinition(input?.[1], tools.get(name))) throw new OtherText();
  return toolCall(newCallId(), name, input?.[1]);
}

/** A tool's definition has the form of a call, with a schema in the place of arguments. */
function isDefinition(input: unknown, tool: ModelTool | undefined): boolean {
  if (!isRecord(input) || input["type"] !== "object" || !("properties" in input)) return false;
  const properties = tool?.parameters["properties"];
  return !isRecord(properties) || !("properties" in properties);
}

/** Models write names of tools in their own way: `functions.clock`, `Clock`. */
export function isKnown(name: string, tools: Tools): boolean {
  return tools.has(name) || [...tools.keys()].some((tool) => bare(tool) === bare(name));
}

function bare(name: string): string {
  return name
    .replace(/^(?:functions|tools|default_api)[.:/]/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}
