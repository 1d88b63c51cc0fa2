// The tool that finds a text in the files of a folder.

import * as z from "zod/mini";
import { ToolError, type Tool, type ToolContext, type ToolOutput } from "../contract.ts";
import { described } from "../described.ts";
import { parametersOf, readInput } from "../parameters.ts";
import { withPlace, type Place } from "./confined.ts";
import { isSystemError } from "./file-failure.ts";
import type { FilesPart } from "./files-source.ts";
import { printable } from "./list-files.ts";
import { readBytes, textOf } from "./text-file.ts";
import { entriesBelow, type Entry } from "./walk.ts";

const input = z.strictObject({
  text: described(z.string().check(z.minLength(1), z.maxLength(1000)), "The text to find; capitals do not matter"),
  path: z.optional(described(z.string(), "Folder to search in; leave it out for all")),
  files: z.optional(described(z.string().check(z.maxLength(200)), "Which files, such as *.md or logs/*.txt")),
});

const maxTimeMs = 10_000;
const maxBytesRead = 256 * 1024 ** 2;
const maxEntries = 50_000;
const maxLineChars = 300;
/** Files in a row before other work has its turn. */
const filesInARow = 16;

export function searchTool(part: FilesPart): Tool {
  return {
    name: `${part.name}_search`,
    description: "Finds a text in files and returns each line that has it, with the file and the line number.",
    parameters: parametersOf(input),
    isReadOnly: true,
    async run(given, context): Promise<ToolOutput> {
      const { text, path = "", files } = readInput(input, given);
      const search = new Search(text, files, part, context);
      return withPlace(part.place, path, async (place) => ({ text: await search.through(place) }));
    },
  };
}

class Search {
  readonly #wanted: string;
  readonly #glob: Bun.Glob | undefined;
  readonly #isByName: boolean;
  readonly #part: FilesPart;
  readonly #signal: AbortSignal;
  readonly #endsAt = performance.now() + maxTimeMs;
  readonly #lines: string[] = [];
  #outputBytes = 0;
  #bytesRead = 0;
  #entries = 0;

  constructor(text: string, files: string | undefined, part: FilesPart, { signal }: ToolContext) {
    this.#wanted = text.toLowerCase();
    this.#glob = files === undefined ? undefined : new Bun.Glob(files);
    this.#isByName = files?.includes("/") !== true;
    this.#part = part;
    this.#signal = signal;
  }

  async through(place: Place): Promise<string> {
    if (place.stat === undefined) throw new ToolError("failed", `There is no folder "${place.shown}"`);
    for (const entry of entriesOf(place)) {
      this.#entries += 1;
      if (this.#entries % filesInARow === 0) await new Promise((resolve) => setImmediate(resolve));
      this.#signal.throwIfAborted();
      if (this.#isOver()) return this.#result("[Not all files were searched: search a folder below, or name files]");
      if (entry.stat.isFile() && this.#isMeant(entry) && !this.#look(entry))
        return this.#result("[There are more: search for a longer text, or name files]");
    }
    return this.#result();
  }

  /** False when there is room for no more. */
  #look({ folder, name, path, stat }: Entry): boolean {
    if (stat.size > this.#part.maxSizeBytes) return true;
    const text = quietText(() => readBytes(folder, name, this.#part.maxSizeBytes));
    this.#bytesRead += stat.size;
    if (text?.toLowerCase().includes(this.#wanted) !== true) return true;
    return text.split("\n").every((line, index) => this.#take(line, `${printable(path)}:${index + 1}: `));
  }

  #take(line: string, place: string): boolean {
    const at = line.toLowerCase().indexOf(this.#wanted);
    if (at === -1) return true;
    const from = Math.max(0, at - maxLineChars / 2);
    const found = `${place}${line.slice(from, from + maxLineChars).trim()}`;
    this.#outputBytes += Buffer.byteLength(found) + 1;
    if (this.#outputBytes > this.#part.maxOutputBytes) return false;
    this.#lines.push(found);
    return true;
  }

  #isMeant({ name, path }: Entry): boolean {
    return this.#glob?.match(this.#isByName ? name : path) ?? true;
  }

  #isOver(): boolean {
    return this.#entries > maxEntries || this.#bytesRead > maxBytesRead || performance.now() > this.#endsAt;
  }

  #result(...notes: readonly string[]): string {
    const lines = [...this.#lines, ...notes];
    return lines.length === 0 ? "[Nothing found]" : lines.join("\n");
  }
}

/** Of a file this file alone, of a folder everything below. */
function entriesOf({ folder, name, stat, shown }: Place): Iterable<Entry> {
  return name === "." || stat === undefined ? entriesBelow(folder, true) : [{ folder, name, stat, path: shown }];
}

/** Undefined for what is no text, and for what cannot be read: other files are not worse for it. */
function quietText(read: () => Uint8Array | undefined): string | undefined {
  try {
    const bytes = read();
    return bytes === undefined ? undefined : textOf(bytes);
  } catch (error) {
    if (error instanceof ToolError || isSystemError(error)) return undefined;
    throw error;
  }
}
