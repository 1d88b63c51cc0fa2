// The manifest's JSON Schema, for editors: made from the schema that checks.

import * as z from "zod/mini";
import { fields } from "./fields.ts";
import { dropInSchema, mainSchema } from "./schema.ts";

/** Draft 2020-12, of the main file or of a drop-in, in the form that a user writes. */
export function manifestJsonSchema(kind: "main" | "drop-in" = "main"): Record<string, unknown> {
  const schema = z.toJSONSchema(kind === "main" ? mainSchema : dropInSchema, {
    io: "input",
    metadata: fields,
    override: ({ zodSchema, jsonSchema }) => {
      const facts = fields.get(zodSchema);
      // Facts of ours that no editor knows; what they say of a default goes into the text that it shows.
      for (const fact of ["defaultText", "need", "unit", "expands", "absentAs"])
        Reflect.deleteProperty(jsonSchema, fact);
      if (facts?.defaultText !== undefined)
        jsonSchema.description = `${facts.description} Default: ${facts.defaultText}.`;
      if (facts?.default !== undefined) jsonSchema.default = facts.default;
      // `${NAME}` stands for a value that an editor can't know.
      if (facts?.expands !== undefined) delete jsonSchema.pattern;
    },
  });
  return { ...schema, title: kind === "main" ? "Muster manifest" : "Muster drop-in" };
}
