// A JSON Schema inside an evaluation: the keywords that are looked at, and no other, so that none is written in vain.

import * as z from "zod/mini";
import { isPlainJson } from "./plain-json.ts";

const types = ["string", "number", "integer", "boolean", "object", "array", "null"] as const;
const acceptedType = `one of ${types.join(", ")}, or a list of them`;
const type = z.enum(types, { error: acceptedType });
const schemas = { error: "a list of JSON Schemas" };
const count = z.optional(z.int({ error: "a whole number" }).check(z.gte(0, { error: "a whole number" })));
const limit = z.optional(z.number({ error: "a number" }));
const value = z.unknown().check(z.refine(isPlainJson, { error: "a value with plain numbers, such as 1000" }));

export const jsonSchema = z.strictObject(
  {
    title: z.optional(z.string({ error: "a text" })),
    description: z.optional(z.string({ error: "a text" })),
    type: z.optional(z.union([type, z.array(type)], { error: acceptedType })),
    enum: z.optional(z.array(value, { error: "a list of values" })),
    const: z.optional(value),
    get properties() {
      return z.optional(z.record(z.string(), jsonSchema, { error: "a map of JSON Schemas by name" }));
    },
    required: z.optional(z.array(z.string({ error: "a name" }), { error: "a list of names" })),
    get additionalProperties(): z.ZodMiniOptional<z.ZodMiniUnion<readonly [z.ZodMiniBoolean, typeof jsonSchema]>> {
      return z.optional(z.union([z.boolean(), jsonSchema], { error: "true, false or a JSON Schema" }));
    },
    minProperties: count,
    maxProperties: count,
    get items() {
      return z.optional(jsonSchema);
    },
    minItems: count,
    maxItems: count,
    uniqueItems: z.optional(z.boolean({ error: "true or false" })),
    minLength: count,
    maxLength: count,
    minimum: limit,
    maximum: limit,
    exclusiveMinimum: limit,
    exclusiveMaximum: limit,
    multipleOf: limit,
    get allOf() {
      return z.optional(z.array(jsonSchema, schemas));
    },
    get anyOf() {
      return z.optional(z.array(jsonSchema, schemas));
    },
    get oneOf() {
      return z.optional(z.array(jsonSchema, schemas));
    },
    get not() {
      return z.optional(jsonSchema);
    },
  },
  { error: "a JSON Schema: a map, such as { type: object, required: [state] }" },
);
