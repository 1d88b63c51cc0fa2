// A tool's JSON Schema as servers of this API take it: some make a grammar of it, and refuse the whole request for a bound that theirs does not
// reach (llama.cpp: patterns without both anchors, texts of more than 2,000 characters). What is left out is checked when the call is made.

import { isRecord } from "../json.ts";

const mostRepeated = 1_000;
const repeating = new Set(["minLength", "maxLength", "minItems", "maxItems"]);
const limits = new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]);
const maps = new Set(["properties", "$defs", "definitions"]);
const maxDepth = 32;
const made = new WeakMap<object, Readonly<Record<string, unknown>>>();

export function toolSchema(parameters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const known = made.get(parameters) ?? kept(parameters, 0);
  made.set(parameters, known);
  return known;
}

function kept(schema: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const entries = Object.entries(schema).filter(([key, value]) => !isLeftOut(key, value));
  return Object.fromEntries(entries.map(([key, value]) => [key, below(key, value, depth + 1)]));
}

function below(key: string, value: unknown, depth: number): unknown {
  if (depth > maxDepth || key === "enum" || key === "const" || key === "default" || key === "examples") return value;
  if (Array.isArray(value)) return value.map((item: unknown) => (isRecord(item) ? kept(item, depth) : item));
  if (!isRecord(value)) return value;
  if (!maps.has(key)) return kept(value, depth);
  const named = Object.entries(value).map(([name, item]): [string, unknown] => [
    name,
    isRecord(item) ? kept(item, depth + 1) : item,
  ]);
  return Object.fromEntries(named);
}

function isLeftOut(key: string, value: unknown): boolean {
  if (repeating.has(key)) return typeof value === "number" && value > mostRepeated;
  if (limits.has(key)) return typeof value === "number" && Math.abs(value) >= Number.MAX_SAFE_INTEGER;
  return key === "pattern" && typeof value === "string";
}
