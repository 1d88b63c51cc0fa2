// The arguments that a tool takes, in one line that a model can follow: {"city": string, "days"?: integer}.

import type { JsonSchema } from "../contract.ts";
import { isPlain } from "./plain.ts";

const maxDepth = 3;
const maxChoices = 12;

export function describeArguments(schema: JsonSchema): string {
  return describe(schema, 0);
}

function describe(schema: unknown, depth: number): string {
  if (!isPlain(schema)) return "anything";
  const { enum: choices, const: only, type, properties, items } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(choices))
    return choices
      .slice(0, maxChoices)
      .map((choice) => JSON.stringify(choice))
      .join(" | ");
  if (isPlain(properties) && depth < maxDepth) return describeObject(properties, schema["required"], depth);
  if (type === "array") return `[${describe(items, depth + 1)}, …]`;
  if (type === "object" && depth === 0) return "{}";
  return typeof type === "string" ? type : alternatives(schema, depth);
}

function alternatives(schema: JsonSchema, depth: number): string {
  const all = [schema["anyOf"], schema["oneOf"]].find(Array.isArray);
  if (all === undefined || depth >= maxDepth) return "anything";
  return all
    .slice(0, maxChoices)
    .map((one: unknown) => describe(one, depth + 1))
    .join(" | ");
}

function describeObject(properties: JsonSchema, required: unknown, depth: number): string {
  const needed = new Set<unknown>(Array.isArray(required) ? required : []);
  const parts = Object.entries(properties).map(
    ([key, value]) => `${JSON.stringify(key)}${needed.has(key) ? "" : "?"}: ${describe(value, depth + 1)}`,
  );
  return `{${parts.join(", ")}}`;
}
