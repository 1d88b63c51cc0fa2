// The files of a skill's folder, as its model reads of them.

import { ToolError } from "../contract.ts";
import { type Confinement, withPlace } from "../files/confined.ts";
import { printable } from "../files/list-files.ts";
import { entriesBelow } from "../files/walk.ts";

const maxFiles = 40;
const maxNameChars = 200;
/** Folders and files that are looked at. */
const maxEntries = 2000;

/** Empty where there is none but the SKILL.md, or where the folder has gone. */
export async function filesBeside(place: Confinement): Promise<string> {
  try {
    const files = await withPlace(place, "", ({ folder }) => {
      const found: string[] = [];
      let looked = 0;
      for (const { path, stat } of entriesBelow(folder, true)) {
        looked += 1;
        if (looked > maxEntries || found.length > maxFiles) break;
        const isShown = path !== "SKILL.md" && path.length <= maxNameChars && !/(^|\/)\./.test(path);
        if (stat.isFile() && isShown) found.push(printable(path));
      }
      return found;
    });
    if (files.length === 0) return "";
    const more = files.length > maxFiles ? " and more" : "";
    return `\n\n[Files of this skill, to be read with file: ${files.slice(0, maxFiles).join(", ")}${more}]`;
  } catch (error) {
    // The instructions are there all the same.
    if (error instanceof ToolError) return "";
    throw error;
  }
}
