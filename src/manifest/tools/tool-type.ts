// The key that says which form an entry of `tools` has.

import * as z from "zod/mini";
import { fields } from "../fields.ts";

export function toolType<const Type extends string>(type: Type, description: string) {
  const schema = z.literal(type, { error: type });
  fields.add(schema, { description, need: "yes" });
  return schema;
}
