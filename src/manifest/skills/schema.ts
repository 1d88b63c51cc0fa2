// The key `skills` of an agent: a folder of skills, or several.

import * as z from "zod/mini";
import { folder, part } from "../fields.ts";

const maxFolders = 16;
const accepted = "the path of a folder with skills, or a list of such paths";

export function skillFolders() {
  return part(
    {
      description:
        "A folder, or a list of them, whose folders each hold a `SKILL.md`: instructions that the model reads when it needs them (docs/skills.md).",
      defaultText: "none",
      expands: "folder",
    },
    () => {
      const one = folder({ description: "A folder whose folders each hold a SKILL.md." });
      const list = z
        .array(one, { error: accepted })
        .check(z.minLength(1, { error: accepted }), z.maxLength(maxFolders, { error: `up to ${maxFolders} folders` }));
      return z.pipe(
        z.union([one, list], { error: accepted }),
        z.transform((value: string | string[]) => (typeof value === "string" ? [value] : value)),
      );
    },
  );
}
