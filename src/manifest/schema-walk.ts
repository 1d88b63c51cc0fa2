// Which part of the schema speaks about a place in the manifest.

import * as z from "zod/mini";
import { fields, type FieldFacts } from "./fields.ts";
import type { Path } from "./yaml-tree.ts";

export type Schema = z.core.$ZodType;

/** The schema at a path, or undefined where nothing is known. */
export function schemaAt(root: Schema, path: Path): Schema | undefined {
  let schema: Schema | undefined = root;
  for (const step of path) {
    if (schema === undefined) return undefined;
    schema = childSchema(schema, step);
  }
  return schema === undefined ? undefined : unwrap(schema);
}

export function childSchema(schema: Schema, step: string | number): Schema | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.core.$ZodObject) return keysOf(inner).get(String(step));
  if (inner instanceof z.core.$ZodRecord) return inner._zod.def.valueType;
  if (inner instanceof z.core.$ZodArray) return inner._zod.def.element;
  return undefined;
}

/** Keys of a map in the order in which they are declared; empty for all but maps with known keys. */
export function keysOf(schema: Schema): ReadonlyMap<string, Schema> {
  const inner = unwrap(schema);
  return new Map(inner instanceof z.core.$ZodObject ? Object.entries(inner._zod.def.shape) : []);
}

/** What the reference page and the checks know of a field. */
export function factsOf(schema: Schema | undefined): FieldFacts | undefined {
  if (schema === undefined) return undefined;
  return fields.get(schema) ?? fields.get(unwrap(schema));
}

function unwrap(schema: Schema): Schema {
  return schema instanceof z.core.$ZodOptional ? unwrap(schema._zod.def.innerType) : schema;
}
