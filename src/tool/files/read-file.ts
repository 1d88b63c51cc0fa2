// The tool that reads a text file, whole or some of its lines.

import * as z from "zod/mini";
import type { Tool, ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { withPlace } from "./confined.ts";
import type { FilesPart } from "./files-source.ts";
import { readText } from "./text-file.ts";

const input = z.strictObject({
  path: described(z.string(), "Path of the file, such as notes/today.md"),
  from_line: z.optional(described(z.int(), "First line to read, from 1; -50 reads the last 50 lines")),
  lines: z.optional(described(z.int().check(z.gte(1)), "How many lines to read")),
});

export function readTool(part: FilesPart): Tool {
  return {
    name: `${part.name}_read`,
    description: "Reads a text file and returns its text. Long files come in parts: read on with from_line.",
    parameters: parametersOf(input),
    isReadOnly: true,
    async run(given): Promise<ToolOutput> {
      const { path, from_line: from = 1, lines = Infinity } = readInput(input, given);
      const [text, shown] = await withPlace(part.place, path, (place) => [
        readText(place, part.maxSizeBytes),
        place.shown,
      ]);
      return { text: excerpt(text, shown, { from, lines, maxBytes: part.maxOutputBytes }) };
    },
  };
}

interface Range {
  readonly from: number;
  readonly lines: number;
  readonly maxBytes: number;
}

/** Whole lines as far as they go, with a note of what is left out. */
function excerpt(text: string, shown: string, { from, lines, maxBytes }: Range): string {
  if (text === "") return `[${shown} is empty]`;
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  const first = from < 0 ? Math.max(0, all.length + from) : Math.max(0, from - 1);
  if (first >= all.length) return `[${shown} has ${all.length} lines: there is none from line ${from} on]`;
  const kept = fitting(all.slice(first, first + lines), maxBytes);
  const [last] = [first + kept.length];
  if (kept.length === 0)
    return `${cut(all[first] ?? "", maxBytes)}\n[Line ${first + 1} of ${shown} is cut: it is too long]`;
  if (first === 0 && last === all.length) return text;
  const rest = last < all.length ? `; read on with from_line ${last + 1}` : "";
  return `${kept.join("\n")}\n[Lines ${first + 1} to ${last} of ${all.length} of ${shown}${rest}]`;
}

function fitting(lines: readonly string[], maxBytes: number): readonly string[] {
  let bytes = 0;
  const over = lines.findIndex((line) => (bytes += Buffer.byteLength(line) + 1) > maxBytes + 1);
  return over === -1 ? lines : lines.slice(0, over);
}

/** The first bytes of a text, without half a character at the end. */
function cut(text: string, maxBytes: number): string {
  return new TextDecoder().decode(Buffer.from(text).subarray(0, maxBytes)).replace(/\uFFFD+$/, "");
}
