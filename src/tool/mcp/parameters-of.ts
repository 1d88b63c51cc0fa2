// The arguments of a server's tool, as JSON Schema that can be trusted to be one: what a server says it is may be anything.

import { neutralise } from "../../telemetry/neutralise.ts";
import type { JsonSchema } from "../contract.ts";
import { withoutReferences } from "./without-references.ts";

/** Of one tool, as a model's prompt would hold it. */
export const maxParametersBytes = 32 * 1024;
const maxDepth = 16;
const maxTextChars = 1_000;

/** Why a schema is none; in words that follow "its inputSchema". */
export class SchemaProblem extends Error {
  override readonly name = "SchemaProblem";
}

/**
 * Without what a model has no use for, and without regular expressions: the server checks those itself, and one of them could keep us busy
 * for ever.
 * @throws {SchemaProblem}
 */
export function parametersOf(inputSchema: unknown): JsonSchema {
  if (!isRecord(inputSchema)) throw new SchemaProblem("is no JSON Schema");
  const { type = "object" } = inputSchema;
  if (type !== "object") throw new SchemaProblem('is not of type "object"');
  const parameters = { ...cleanedRecord(inputSchema, 0), type: "object" };
  const bytes = bytesOf(parameters);
  if (bytes > maxParametersBytes) throw new SchemaProblem(`has ${bytes} bytes, accepted are ${maxParametersBytes}`);
  const whole = withoutReferences(parameters);
  return bytesOf(whole) > maxParametersBytes ? parameters : whole;
}

function bytesOf(parameters: JsonSchema): number {
  return Buffer.byteLength(JSON.stringify(parameters));
}

const types: readonly unknown[] = ["object", "array", "string", "number", "integer", "boolean", "null"];

type Clean = (value: unknown, depth: number) => unknown;

const keywords: Readonly<Record<string, Clean>> = {
  type: (value) => {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (all.length === 0 || !all.every((one) => types.includes(one)))
      throw new SchemaProblem(`has an unknown type ${shown(value)}`);
    return value;
  },
  title: text,
  description: text,
  $ref: (value) => {
    if (typeof value !== "string" || !value.startsWith("#"))
      throw new SchemaProblem("refers to something outside of it");
    return value;
  },
  required: (value) => {
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string"))
      throw new SchemaProblem("has a required that is no list of names");
    return value;
  },
  enum: (value) => {
    const all: unknown = value;
    if (!Array.isArray(value)) throw new SchemaProblem("has an enum that is no list");
    return all;
  },
  const: (value) => value,
  default: (value) => value,
  format: text,
  ...each(["properties", "$defs", "definitions"], schemasByName),
  ...each(["anyOf", "oneOf", "allOf", "prefixItems"], schemas),
  ...each(["not", "if", "then", "else", "additionalProperties", "contains", "propertyNames"], schema),
  items: (value, depth) => (Array.isArray(value) ? {} : schema(value, depth)),
  ...each(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], figure),
  ...each(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], figure),
  uniqueItems: (value) => value === true,
};

function each(names: readonly string[], clean: Clean): Record<string, Clean> {
  return Object.fromEntries(names.map((name) => [name, clean]));
}

function schema(value: unknown, depth: number): unknown {
  if (typeof value === "boolean") return value;
  if (!isRecord(value)) throw new SchemaProblem(`holds ${shown(value)} where a schema belongs`);
  return cleanedRecord(value, depth);
}

function cleanedRecord(value: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  if (depth > maxDepth) throw new SchemaProblem(`is more than ${maxDepth} levels deep`);
  const cleaned: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(value)) {
    const clean = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    const kept = clean?.(given, depth + 1);
    if (kept !== undefined) cleaned[name] = kept;
  }
  return cleaned;
}

function schemasByName(value: unknown, depth: number): unknown {
  if (!isRecord(value)) throw new SchemaProblem(`holds ${shown(value)} where a map of schemas belongs`);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [plainName(name), schema(one, depth)]));
}

function plainName(name: string): string {
  if (name.length > 128 || neutralise(name) !== name)
    throw new SchemaProblem("names an argument with control characters, or too long");
  return name;
}

function schemas(value: unknown, depth: number): unknown {
  if (!Array.isArray(value)) throw new SchemaProblem(`holds ${shown(value)} where a list of schemas belongs`);
  return value.map((one: unknown) => schema(one, depth));
}

function figure(value: unknown): unknown {
  // Older drafts have true and false for exclusiveMinimum and exclusiveMaximum.
  if (typeof value === "boolean") return undefined;
  if (typeof value !== "number") throw new SchemaProblem(`holds ${shown(value)} where a number belongs`);
  return value;
}

function text(value: unknown): unknown {
  return typeof value === "string" ? shortText(value, maxTextChars) : undefined;
}

/** Without control characters, and cut. */
export function shortText(value: string, maxChars: number): string {
  const plain = neutralise(value.slice(0, maxChars * 2)).trim();
  return plain.length <= maxChars ? plain : `${plain.slice(0, maxChars - 1)}…`;
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return neutralise(json.length > 60 ? `${json.slice(0, 60)}…` : json);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
