// The part of a JSON Schema that grammars of model servers understand. What is left out is checked when the call is made.

import { isRecord, type JsonRecord } from "../json.ts";

const types = new Set<unknown>(["object", "array", "string", "number", "integer", "boolean", "null"]);
const maxDepth = 6;

export function grammarSchema(schema: unknown, depth = 0): JsonRecord {
  if (!isRecord(schema) || depth > maxDepth) return { type: "string" };
  const { type, properties, items, required } = schema;
  const choices = choicesOf(schema);
  if (choices !== undefined) return { enum: choices };
  const alternatives = [schema["anyOf"], schema["oneOf"]].find(Array.isArray);
  if (alternatives !== undefined) return { oneOf: alternatives.map((one: unknown) => grammarSchema(one, depth + 1)) };
  if (Array.isArray(type))
    return { oneOf: type.map((one: unknown) => grammarSchema({ ...schema, type: one }, depth + 1)) };
  if (type === "array") return { type, items: grammarSchema(items, depth + 1) };
  if (type === "object" || isRecord(properties)) return objectSchema(properties, required, depth);
  return { type: types.has(type) ? type : "string", ...described(schema) };
}

function choicesOf(schema: JsonRecord): readonly unknown[] | undefined {
  const given = schema["const"] === undefined ? schema["enum"] : [schema["const"]];
  if (!Array.isArray(given) || given.length === 0) return undefined;
  return given.every((choice) => choice === null || typeof choice !== "object") ? given : undefined;
}

function objectSchema(properties: unknown, required: unknown, depth: number): JsonRecord {
  const known = isRecord(properties) ? Object.entries(properties) : [];
  const names = new Set(known.map(([name]) => name));
  const needed = Array.isArray(required) ? required.filter((name) => names.has(String(name))) : [];
  return {
    type: "object",
    properties: Object.fromEntries(known.map(([name, value]) => [name, grammarSchema(value, depth + 1)])),
    required: needed,
    additionalProperties: false,
  };
}

function described({ description }: JsonRecord): JsonRecord {
  return typeof description === "string" ? { description } : {};
}
