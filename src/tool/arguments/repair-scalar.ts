// A text where a number is wanted, a list of one where its item is, and the like.

import type { JsonSchema } from "../contract.ts";
import { isPlain } from "./plain.ts";

export function repairScalar(value: unknown, schema: JsonSchema): unknown {
  const bare = unwrapped(value);
  const choices = Array.isArray(schema["enum"])
    ? schema["enum"]
    : schema["const"] === undefined
      ? []
      : [schema["const"]];
  if (choices.length > 0) return choiceOf(bare, choices);
  switch (schema["type"]) {
    case "string":
      return typeof bare === "number" || typeof bare === "boolean" ? String(bare) : bare;
    case "number":
    case "integer":
      return typeof bare === "string" && isNumeral(bare) ? Number(bare) : bare;
    case "boolean":
      return booleanOf(bare);
    default:
      return value;
  }
}

/** Out of `["x"]`, `{"value": "x"}` and `{"type": "string", "value": "x"}`. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 1) return value[0];
  if (isPlain(value) && "value" in value && Object.keys(value).every((key) => key === "value" || key === "type"))
    return value["value"];
  return value;
}

function choiceOf(value: unknown, choices: readonly unknown[]): unknown {
  if (choices.includes(value)) return value;
  const text = String(value).trim().toLowerCase();
  const same = choices.filter((choice) => String(choice).toLowerCase() === text);
  return same.length === 1 ? same[0] : value;
}

function isNumeral(text: string): boolean {
  return /^\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(text);
}

function booleanOf(value: unknown): unknown {
  const text = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (text === "true" || text === "yes" || text === 1) return true;
  if (text === "false" || text === "no" || text === 0) return false;
  return value;
}
