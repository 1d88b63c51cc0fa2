// Near misses of small models, put right by the tool's schema: what was meant is plain, and only its form is wrong.

import type { JsonSchema } from "../contract.ts";
import { isPlain } from "./plain.ts";
import { repairKeys } from "./repair-keys.ts";
import { repairScalar } from "./repair-scalar.ts";

const maxDepth = 8;
/** What models wrap arguments in. */
const wrappers = new Set(["arguments", "args", "parameters", "params", "input", "inputs", "kwargs", "properties"]);
/** Texts that hold what somebody else reads, such as a request's body. */
const dataKeys = new Set(["body", "payload", "content", "contents", "data", "json", "stdin"]);

/** The arguments as the schema wants them, as far as they can be brought there; whether they follow it is for others to say. */
export function repairArguments(given: unknown, schema: JsonSchema, toolName: string): unknown {
  return repair(unwrapped(given, schema, toolName), schema, 0);
}

/** Takes off `{"arguments": {…}}`, `{"name": …, "arguments": {…}}` and the like, where the schema knows no such keys. */
function unwrapped(given: unknown, schema: JsonSchema, toolName: string): unknown {
  const value = typeof given === "string" ? parsedOr(given, given) : given;
  if (!isPlain(value)) return value;
  const known = propertiesOf(schema);
  if (Object.keys(value).some((key) => Object.hasOwn(known, key))) return value;
  const inner = Object.entries(value).find(([key]) => wrappers.has(key.toLowerCase()) || key === toolName);
  const others = Object.keys(value).filter((key) => key !== inner?.[0] && !isNaming(key));
  if (inner === undefined || others.length > 0) return value;
  const content = typeof inner[1] === "string" ? parsedOr(inner[1], inner[1]) : inner[1];
  return isPlain(content) ? content : value;
}

function isNaming(key: string): boolean {
  return ["name", "tool", "function", "type", "id"].includes(key.toLowerCase());
}

function repair(value: unknown, schema: unknown, depth: number): unknown {
  if (depth > maxDepth || !isPlain(schema)) return value;
  const wanted = meant(schema);
  const { type } = wanted;
  if (type === "object" || isPlain(wanted["properties"])) return repairObject(value, wanted, depth);
  if (type === "array") return repairArray(value, wanted, depth);
  return repairScalar(value, wanted);
}

/** Of alternatives with null, the other one. */
function meant(schema: JsonSchema): JsonSchema {
  const types: readonly unknown[] = Array.isArray(schema["type"]) ? schema["type"] : [];
  const named = types.filter((type) => type !== "null");
  if (named.length === 1) return { ...schema, type: named[0] };
  const all = [schema["anyOf"], schema["oneOf"]].find(Array.isArray);
  const others = (all ?? []).filter((one: unknown) => isPlain(one)).filter((one) => one["type"] !== "null");
  const [only] = others;
  return others.length === 1 && only !== undefined ? only : schema;
}

function repairObject(value: unknown, schema: JsonSchema, depth: number): unknown {
  const parsed = onlyItem(typeof value === "string" ? parsedOr(value, value) : value);
  if (!isPlain(parsed)) return wrapped(parsed, schema, depth);
  const properties = propertiesOf(schema);
  const keyed = repairKeys(wrappedKeys(parsed, schema), schema);
  const entries = Object.entries(keyed).map(([key, item]): [string, unknown] => [
    key,
    Object.hasOwn(properties, key) ? repair(dataOf(key, item, properties[key]), properties[key], depth + 1) : item,
  ]);
  return Object.fromEntries(entries);
}

/** A text that carries data, given as the data. */
function dataOf(key: string, value: unknown, schema: unknown): unknown {
  const isText = isPlain(schema) && meant(schema)["type"] === "string";
  const isData = isPlain(value) || (Array.isArray(value) && value.length > 1);
  return isText && isData && dataKeys.has(key.toLowerCase()) ? JSON.stringify(value) : value;
}

/** Out of a list of one object. */
function onlyItem(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && isPlain(value[0]) ? value[0] : value;
}

/** A bare value where the tool takes one argument. */
function wrapped(value: unknown, schema: JsonSchema, depth: number): unknown {
  const key = onlyKey(schema);
  if (key === undefined || value === undefined || value === null) return value;
  return { [key]: repair(value, propertiesOf(schema)[key], depth + 1) };
}

/** Keys that belong into the one object that the tool takes. */
function wrappedKeys(value: JsonSchema, schema: JsonSchema): JsonSchema {
  const key = onlyKey(schema);
  const keys = Object.keys(value);
  if (key === undefined || keys.length === 0 || Object.hasOwn(value, key)) return value;
  const inner = propertiesOf(schema)[key];
  const known = isPlain(inner) ? propertiesOf(inner) : {};
  return keys.every((name) => Object.hasOwn(known, name)) ? { [key]: value } : value;
}

function repairArray(value: unknown, schema: JsonSchema, depth: number): unknown {
  const parsed = typeof value === "string" && value.trim().startsWith("[") ? parsedOr(value, value) : value;
  if (parsed === undefined || parsed === null) return parsed;
  const items = Array.isArray(parsed) ? parsed : [parsed];
  return items.map((item: unknown) => repair(item, schema["items"], depth + 1));
}

/** The one argument that has to be given, or the only one there is. */
function onlyKey(schema: JsonSchema): string | undefined {
  const { required } = schema;
  const keys = Object.keys(propertiesOf(schema));
  const needed = Array.isArray(required) ? required.filter((key) => typeof key === "string") : [];
  if (needed.length === 1) return needed[0];
  return keys.length === 1 ? keys[0] : undefined;
}

function propertiesOf({ properties }: JsonSchema): JsonSchema {
  return isPlain(properties) ? properties : {};
}

function parsedOr(text: string, otherwise: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise; // Text that is meant as text.
  }
}
