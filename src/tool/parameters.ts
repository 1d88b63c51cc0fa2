// A built-in tool's arguments: one zod schema gives what the model is told and what is read.

import * as z from "zod/mini";
import type { JsonSchema, ToolInput } from "./contract.ts";
import { ToolError } from "./contract.ts";

/** The JSON Schema of arguments, without what a model has no use for. */
export function parametersOf(schema: z.core.$ZodType): JsonSchema {
  const parameters = z.toJSONSchema(schema, { io: "input" });
  delete parameters.$schema;
  return { ...parameters };
}

/** @throws {ToolError} `invalid`, naming the first argument that is wrong */
export function readInput<Schema extends z.core.$ZodType>(schema: Schema, input: ToolInput): z.output<Schema> {
  const read = z.safeParse(schema, input);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? "The arguments" : `"${issue.path.join(".")}"`;
  throw new ToolError("invalid", `${place}: ${issue?.message ?? "not as the tool takes them"}`);
}
