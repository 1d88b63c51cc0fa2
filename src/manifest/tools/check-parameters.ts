// A JSON Schema of arguments in a manifest: only keywords whose meaning is enforced, each with a value that makes sense.

import { quoted } from "../describe-value.ts";
import type { FileScope } from "../file-scope.ts";
import { nearest } from "../nearest.ts";
import { asRaw, type Raw } from "../parsed-file.ts";
import type { Path } from "../yaml-tree.ts";

const types = ["string", "integer", "number", "boolean", "array", "object"];
const isCount = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 0;
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const isText = (value: unknown) => typeof value === "string";

/** By keyword: what its value must be, and in words. Undefined: looked at elsewhere, or anything. */
const keywords: Readonly<Record<string, readonly [(value: unknown) => boolean, string] | undefined>> = {
  type: [(value) => typeof value === "string" && types.includes(value), `one of ${types.join(", ")}`],
  description: [isText, "a text"],
  title: [isText, "a text"],
  default: undefined,
  examples: [Array.isArray, "a list"],
  enum: [(value) => Array.isArray(value) && value.length > 0, "a list that is not empty"],
  const: undefined,
  pattern: [isPattern, "a regular expression"],
  minLength: [isCount, "a whole number from 0"],
  maxLength: [isCount, "a whole number from 0"],
  minimum: [isNumber, "a number"],
  maximum: [isNumber, "a number"],
  exclusiveMinimum: [isNumber, "a number"],
  exclusiveMaximum: [isNumber, "a number"],
  multipleOf: [(value) => typeof value === "number" && value > 0, "a number over 0"],
  minItems: [isCount, "a whole number from 0"],
  maxItems: [isCount, "a whole number from 0"],
  items: [isMap, "a JSON Schema"],
  properties: [isMap, "a map of JSON Schemas by name"],
  required: [(value) => Array.isArray(value) && value.every(isText), "a list of names"],
  additionalProperties: [(value) => typeof value === "boolean", "true or false"],
};

const argumentName = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** `schema`: as it is written at `path`. Returns whether it is right. */
export function checkParameters(schema: Raw, path: Path, scope: FileScope): boolean {
  if (schema["type"] !== "object") {
    scope.problem([...path, "type"], "Found no type: object, accepted a JSON Schema of type: object, with properties");
    return false;
  }
  return checkSchema(schema, path, scope);
}

function checkSchema(schema: Raw, path: Path, scope: FileScope): boolean {
  const own = Object.entries(schema).map(([key, value]) => checkKeyword(key, value, [...path, key], scope));
  const properties = asRaw(schema["properties"]);
  const inner = Object.entries(properties).map(([name, value]) =>
    checkProperty(name, value, [...path, "properties", name], scope),
  );
  const items = isMap(schema["items"]) ? checkSchema(asRaw(schema["items"]), [...path, "items"], scope) : true;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const known = required.map((name: unknown, index) => {
    if (typeof name !== "string" || name in properties) return true;
    scope.problem([...path, "required", index], `Found ${quoted(name)}, which properties does not have`);
    return false;
  });
  return [...own, ...inner, items, ...known].every(Boolean);
}

function checkKeyword(key: string, value: unknown, path: Path, scope: FileScope): boolean {
  if (!Object.hasOwn(keywords, key)) {
    const near = nearest(key, Object.keys(keywords));
    const suggestion = near === undefined ? "" : `, did you mean "${near}"`;
    scope.keyProblem(
      path,
      `Found the keyword ${quoted(key)}${suggestion}; accepted are ${Object.keys(keywords).join(", ")}`,
    );
    return false;
  }
  const rule = keywords[key];
  if (rule === undefined || rule[0](value)) return true;
  const near = key === "type" && typeof value === "string" ? nearest(value, types) : undefined;
  const suggestion = near === undefined ? "," : `, did you mean "${near}";`;
  scope.problem(path, `Found ${shownValue(value)}${suggestion} accepted ${rule[1]}`);
  return false;
}

function checkProperty(name: string, value: unknown, path: Path, scope: FileScope): boolean {
  if (!argumentName.test(name)) {
    scope.keyProblem(path, `Found ${quoted(name)}, accepted a name out of letters, digits, _ and -`);
    return false;
  }
  if (isMap(value)) return checkSchema(asRaw(value), path, scope);
  scope.problem(path, `Found ${shownValue(value)}, accepted a JSON Schema such as { type: string }`);
  return false;
}

function shownValue(value: unknown): string {
  return typeof value === "string" ? quoted(value) : JSON.stringify(value).slice(0, 60);
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPattern(value: unknown): boolean {
  try {
    return typeof value === "string" && new RegExp(value, "u").source !== "";
  } catch {
    return false; // A SyntaxError: no regular expression.
  }
}
