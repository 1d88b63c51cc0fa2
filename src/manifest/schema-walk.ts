// Which part of the schema speaks about a place in the manifest.

import * as z from "zod/mini";
import { fields, type FieldFacts } from "./fields.ts";
import { child, type Path, type YamlTree } from "./yaml-tree.ts";

export type Schema = z.core.$ZodType;

/** The schema at a path, or undefined where nothing is known. `tree` is what was written: of forms that differ by type it chooses one. */
export function schemaAt(root: Schema, path: Path, tree?: YamlTree): Schema | undefined {
  let schema: Schema | undefined = formOf(root, tree);
  let here = tree;
  for (const step of path) {
    if (schema === undefined) return undefined;
    here = here === undefined ? undefined : child(here, step)?.tree;
    schema = formOf(childSchema(schema, step), here);
  }
  return schema;
}

/** Of a map whose forms differ by a key such as `type`: the form that is written here; undefined when it is none of them. */
export function formOf(schema: Schema | undefined, tree: YamlTree | undefined): Schema | undefined {
  const inner = schema === undefined ? undefined : unwrap(schema);
  if (!(inner instanceof z.core.$ZodDiscriminatedUnion)) return schema;
  const { discriminator, options } = inner._zod.def;
  const written = tree === undefined ? undefined : child(tree, discriminator)?.tree;
  if (written?.kind !== "scalar") return undefined;
  return options.find((option) => {
    const key = keysOf(option).get(discriminator);
    return key instanceof z.core.$ZodLiteral && key._zod.def.values.includes(written.value);
  });
}

export function childSchema(schema: Schema, step: string | number): Schema | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.core.$ZodObject) return keysOf(inner).get(String(step));
  if (inner instanceof z.core.$ZodRecord) return inner._zod.def.valueType;
  if (inner instanceof z.core.$ZodArray) return inner._zod.def.element;
  if (inner instanceof z.core.$ZodPipe) return childSchema(inner._zod.def.in, step);
  if (inner instanceof z.core.$ZodUnion && !(inner instanceof z.core.$ZodDiscriminatedUnion))
    return inner._zod.def.options.map((option) => childSchema(option, step)).find((found) => found !== undefined);
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
  return fields.get(schema) ?? factsOf(innerOf(schema));
}

function unwrap(schema: Schema): Schema {
  const inner = innerOf(schema);
  return inner === undefined ? schema : unwrap(inner);
}

/** Of what may be left out, or is made when it is needed: what stands there then. */
function innerOf(schema: Schema): Schema | undefined {
  if (schema instanceof z.core.$ZodOptional) return schema._zod.def.innerType;
  return schema instanceof z.core.$ZodLazy ? schema._zod.innerType : undefined;
}
