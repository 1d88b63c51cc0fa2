// The tool that replaces a part of a file.

import * as z from "zod/mini";
import { ToolError, type Tool, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { withPlace, type Place } from "./confined.ts";
import type { FilesPart } from "./files-source.ts";
import { readText } from "./text-file.ts";
import { replaceFile } from "./write-file.ts";

const input = z.strictObject({
  path: described(z.string().check(z.minLength(1)), "Path of the file"),
  old: described(z.string().check(z.minLength(1)), "The text to replace, exactly as it stands in the file"),
  new: described(z.string(), "The text to put there"),
  all: z.optional(described(z.boolean(), "true: replace it in every place")),
});

type Change = z.infer<typeof input>;

export function editTool(part: FilesPart): Tool {
  return {
    name: `${part.name}_edit`,
    description: "Replaces a part of a text file by another text. Read the file first, and copy the old text exactly.",
    parameters: parametersOf(input),
    isReadOnly: false,
    async run(given): Promise<ToolOutput> {
      const change = readInput(input, given);
      return withPlace(part.place, change.path, (place) => ({ text: edit(place, change, part.maxSizeBytes) }));
    },
  };
}

function edit(place: Place, change: Change, maxBytes: number): string {
  const text = readText(place, maxBytes);
  const wanted = withLineBreaksOf(text, change);
  const count = text.split(wanted.old).length - 1;
  if (count === 0)
    throw new ToolError("failed", `The old text is not in "${place.shown}". Read the file, and copy the text exactly`);
  if (count > 1 && change.all !== true)
    throw new ToolError(
      "failed",
      `The old text stands ${count} times in "${place.shown}". Give more of the text around it, or all: true`,
    );
  replaceFile(place, Buffer.from(text.replaceAll(wanted.old, () => wanted.new)), maxBytes);
  return `Changed "${place.shown}" in ${count} place${count === 1 ? "" : "s"}`;
}

/** A model writes plain line feeds also for a file that has others. */
function withLineBreaksOf(text: string, change: Change): Pick<Change, "old" | "new"> {
  if (text.includes(change.old) || !text.includes("\r\n")) return change;
  const converted = (part: string) => part.replaceAll(/\r?\n/g, "\r\n");
  return { old: converted(change.old), new: converted(change.new) };
}
