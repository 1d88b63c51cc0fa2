// What of a value does not follow a JSON Schema, in words for a model. A schema may come from anybody: one that is none holds for everything.

import type { OutputUnit, Schema, Validator } from "@cfworker/json-schema";
import type { JsonSchema } from "../contract.ts";
import { isPlain } from "./plain.ts";

/** Deeper schemas are not looked into. */
const maxDepth = 32;
/** Their failure is told by what is below them. */
const outer = new Set([
  "properties",
  "items",
  "prefixItems",
  "$ref",
  "allOf",
  "additionalProperties",
  "dependentSchemas",
]);
/** A pattern may take for ever, and who wrote the tool checks it anyway. */
const ignored = new Set(["pattern", "patternProperties", "format", "$schema", "$id", "id"]);

const validators = new WeakMap<JsonSchema, Promise<Validator | undefined>>();

/** How the value as a whole is called, and a part of it. */
export interface ValueWords {
  readonly whole: string;
  readonly part: string;
}

const argumentWords: ValueWords = { whole: "the arguments", part: "argument" };

/** Empty: it follows. Each names its argument. */
export async function schemaProblems(
  schema: JsonSchema,
  value: unknown,
  named = argumentWords,
): Promise<readonly string[]> {
  const known = validators.get(schema) ?? makeValidator(schema);
  validators.set(schema, known);
  const validator = await known;
  try {
    const { valid, errors } = validator?.validate(value) ?? { valid: true, errors: [] };
    return valid ? [] : wordsOf(errors, value, named);
  } catch {
    return []; // The schema leads nowhere: the tool itself has to say what it does not take.
  }
}

async function makeValidator(schema: JsonSchema): Promise<Validator | undefined> {
  const { Validator } = await import("@cfworker/json-schema");
  const checked = withoutIgnored(schema, 0);
  return isPlain(checked) ? new Validator(checked satisfies Schema, "2020-12", false) : undefined;
}

function withoutIgnored(value: unknown, depth: number, isMapOfSchemas = false): unknown {
  if (depth > maxDepth) return true;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutIgnored(item, depth + 1));
  if (!isPlain(value)) return value;
  const kept = Object.entries(value).filter(([key]) => isMapOfSchemas || !ignored.has(key));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutIgnored(item, depth + 1, !isMapOfSchemas && holdsSchemas(key))]),
  );
}

function holdsSchemas(key: string): boolean {
  return key === "properties" || key === "$defs" || key === "definitions";
}

function wordsOf(errors: readonly OutputUnit[], value: unknown, named: ValueWords): readonly string[] {
  const inner = errors.filter(({ keyword }) => !outer.has(keyword));
  const told = inner.filter((error) => !isWrongAnyway(error, inner)).map((error) => words(error, value, named));
  return told.length === 0 ? ["they do not follow the schema"] : [...new Set(told)];
}

/** A property that is wrong counts as one that nothing knows, too. */
function isWrongAnyway({ keyword, instanceLocation }: OutputUnit, errors: readonly OutputUnit[]): boolean {
  const isWithin = (place: string) => place === instanceLocation || place.startsWith(`${instanceLocation}/`);
  return keyword === "false" && errors.some((other) => other.keyword !== "false" && isWithin(other.instanceLocation));
}

function words({ keyword, instanceLocation, error }: OutputUnit, value: unknown, named: ValueWords): string {
  const path = instanceLocation.replace(/^#\/?/, "").split("/").filter(Boolean).map(unescaped);
  const place = path.length === 0 ? named.whole : `"${path.join(".")}"`;
  switch (keyword) {
    case "required":
      return `"${[...path, /"([^"]*)"/.exec(error)?.[1] ?? "?"].join(".")}" is missing`;
    case "false":
      return `there is no ${named.part} ${place}`;
    case "type":
      return `${place} is ${shown(valueAt(value, path))}, and ${error.replace(/^.*Expected/, "expected").replace(/\.$/, "")}`;
    default:
      return `${place}: ${error.replace(/\.$/, "").slice(0, 200)}`;
  }
}

function unescaped(token: string): string {
  return decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (isPlain(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined),
    value,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value).slice(0, 80);
}
