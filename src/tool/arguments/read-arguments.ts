// The arguments of a call, held against the tool's JSON Schema: near misses of small models are put right, anything else is told so that the
// next try can succeed.

import type { JsonSchema, ToolInput, ToolSpec } from "../contract.ts";
import { ToolError } from "../contract.ts";
import { describeArguments } from "./describe-arguments.ts";
import { isPlain } from "./plain.ts";
import { repairArguments } from "./repair-arguments.ts";
import { schemaProblems } from "./schema-problems.ts";

/** Problems that one message names. */
const mostTold = 3;

/**
 * @param given the arguments as the model gave them, whatever they are
 * @returns an object that follows the schema
 * @throws {ToolError} `invalid`: what is wrong, and which arguments the tool takes
 */
export async function readArguments(tool: ToolSpec, given: unknown): Promise<ToolInput> {
  const before = isPlain(given) ? await schemaProblems(tool.parameters, given) : undefined;
  if (isPlain(given) && before?.length === 0 && knowsAll(given, tool.parameters)) return given;
  const repaired = repairArguments(given, tool.parameters, tool.name);
  if (!isPlain(repaired)) throw invalid(tool, ["the arguments are no object"]);
  const after = await schemaProblems(tool.parameters, repaired);
  if (after.length === 0) return repaired;
  if (isPlain(given) && before?.length === 0) return given;
  throw invalid(tool, after);
}

function knowsAll(given: ToolInput, { properties }: JsonSchema): boolean {
  return !isPlain(properties) || Object.keys(given).every((key) => Object.hasOwn(properties, key));
}

function invalid({ name, parameters }: ToolSpec, problems: readonly string[]): ToolError {
  const told = problems.slice(0, mostTold).join("; ");
  const text = `The arguments are wrong: ${told}. Call ${name} again with ${describeArguments(parameters)}`;
  return new ToolError("invalid", text);
}
