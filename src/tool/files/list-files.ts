// The tool that lists a folder.

import * as z from "zod/mini";
import { ToolError, type Tool, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { formatBytes } from "../format-bytes.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { withPlace, type Place } from "./confined.ts";
import type { FilesPart } from "./files-source.ts";
import { kindOf } from "./text-file.ts";
import { entriesBelow, type Entry } from "./walk.ts";

const input = z.strictObject({
  path: z.optional(described(z.string(), "Path of the folder; leave it out for the top folder")),
  recursive: z.optional(described(z.boolean(), "true: also what is in the folders below")),
});

export function listTool(part: FilesPart): Tool {
  return {
    name: `${part.name}_list`,
    description: "Lists the files and folders of a folder. Names of folders end in a slash.",
    parameters: parametersOf(input),
    isReadOnly: true,
    async run(given): Promise<ToolOutput> {
      const { path = "", recursive = false } = readInput(input, given);
      return withPlace(part.place, path, (place) => ({ text: list(place, recursive, part.maxOutputBytes) }));
    },
  };
}

function list(place: Place, isRecursive: boolean, maxBytes: number): string {
  if (place.name !== ".") {
    const what = place.stat === undefined ? "There is no folder" : "That is a file, not a folder:";
    throw new ToolError("failed", `${what} "${place.shown}"`);
  }
  const lines: string[] = [];
  let bytes = 0;
  for (const entry of entriesBelow(place.folder, isRecursive)) {
    const line = lineOf(entry);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxBytes) return [...lines, "[There is more: list a folder below]"].join("\n");
    lines.push(line);
  }
  return lines.length === 0 ? "[The folder is empty]" : lines.join("\n");
}

function lineOf({ path, stat }: Entry): string {
  const name = printable(path);
  if (stat.isDirectory()) return `${name}/`;
  if (stat.isSymbolicLink()) return `${name} (a link)`;
  return stat.isFile() ? `${name} (${formatBytes(stat.size)})` : `${name} (${kindOf(stat)})`;
}

/** A name may hold line breaks: as a text in quotes it stays one name. */
export function printable(path: string): string {
  return /[\p{Cc}\u2028\u2029]/u.test(path) ? JSON.stringify(path) : path;
}
