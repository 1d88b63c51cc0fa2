// Arguments against the manifest's own JSON Schema. It guards a program, so it is held here, whoever else has looked.

import { ToolError, type JsonSchema, type ToolInput } from "../contract.ts";
import { readInput } from "../parameters.ts";

/** @throws {ToolError} `invalid`, naming the first argument that is wrong */
export async function checkInput(input: ToolInput, schema: JsonSchema): Promise<ToolInput> {
  // The whole of zod is needed for that; only who has such a tool pays for it.
  const { fromJSONSchema } = await import("zod");
  const output: unknown = readInput(fromJSONSchema({ ...schema }), input);
  if (!isInput(output)) throw new ToolError("invalid", "The arguments are no object");
  return output;
}

function isInput(value: unknown): value is ToolInput {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
