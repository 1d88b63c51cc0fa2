// The manifest's JSON Schema, for editors: made from the schema that checks.

import * as z from "zod/mini";
import { fields } from "./fields.ts";
import { dropInSchema, mainSchema } from "./schema.ts";

/** Draft 2020-12, of the main file or of a drop-in, in the form that a user writes. */
export function manifestJsonSchema(kind: "main" | "drop-in" = "main"): Record<string, unknown> {
  const schema = z.toJSONSchema(kind === "main" ? mainSchema : dropInSchema, {
    io: "input",
    metadata: fields,
    override: ({ jsonSchema }) => {
      // Facts of ours that no editor knows; what they say of a default goes into the text that it shows.
      if (typeof jsonSchema["defaultText"] === "string") {
        jsonSchema.description = `${jsonSchema.description ?? ""} Default: ${jsonSchema["defaultText"]}.`;
      }
      for (const fact of ["defaultText", "need", "unit", "expands"]) Reflect.deleteProperty(jsonSchema, fact);
    },
  });
  return { ...schema, title: kind === "main" ? "Muster manifest" : "Muster drop-in" };
}
