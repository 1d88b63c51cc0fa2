// The tool that writes a whole file.

import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { writeWhole } from "../../host/write-whole.ts";
import { ToolError, type Tool, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { formatBytes } from "../format-bytes.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { withPlace, type Place } from "./confined.ts";
import type { FilesPart } from "./files-source.ts";

const input = z.strictObject({
  path: described(z.string().check(z.minLength(1)), "Path of the file, such as notes/today.md"),
  text: described(z.string(), "The whole new content of the file"),
});

const newFileMode = 0o644;

export function writeTool(part: FilesPart): Tool {
  return {
    name: `${part.name}_write`,
    description: "Writes a text file. A file that is there already is replaced as a whole; missing folders are made.",
    parameters: parametersOf(input),
    isReadOnly: false,
    async run(given): Promise<ToolOutput> {
      const { path, text } = readInput(input, given);
      const bytes = Buffer.from(text);
      return withPlace(part.place, path, (place) => ({ text: write(place, bytes, part.maxSizeBytes) }), {
        makes: true,
      });
    },
  };
}

function write(place: Place, bytes: Uint8Array, maxBytes: number): string {
  replaceFile(place, bytes, maxBytes);
  return `${place.stat === undefined ? "Wrote" : "Replaced"} "${place.shown}" (${formatBytes(bytes.length)})`;
}

/** Whole or not at all, with mode and owner of the file that was there. Throws what the file system throws, and `ToolError`. */
export function replaceFile({ folder, name, stat, shown }: Place, bytes: Uint8Array, maxBytes: number): void {
  if (stat !== undefined && !stat.isFile())
    throw new ToolError("failed", `"${shown}" is ${stat.isDirectory() ? "a folder" : "no regular file"}`);
  if (bytes.length > maxBytes)
    throw new ToolError(
      "limit",
      `That is ${formatBytes(bytes.length)}; the most that is written is ${formatBytes(maxBytes)}`,
    );
  writeWhole(folder.at(name), bytes, {
    beside: `.${randomUUID()}.new`,
    mode: stat === undefined ? newFileMode : stat.mode & 0o777,
    ...(stat === undefined || process.getuid?.() !== 0 ? {} : { owner: { uid: stat.uid, gid: stat.gid } }),
  });
}
