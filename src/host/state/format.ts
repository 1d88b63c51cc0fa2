// The format of a state directory: a number in it, so that no executable works on a format that it does not know (docs/backup.md).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build-facts.ts";
import { StateDirectoryError } from "../state-directory.ts";
import { writeWhole } from "../write-whole.ts";

/** The format that this executable reads and writes. */
export const currentFormat = 1;
/** Of a directory that says nothing: of before there was a mark, or empty. */
const unmarked = 0;

export const markName = "format.json";

export interface FormatMark {
  readonly format: number;
  /** The version of the executable that brought the directory to this format. */
  readonly writtenBy: string;
}

/** Changes nothing. Throws a `StateDirectoryError` for a mark that cannot be read. */
export function readFormat(directory: string): FormatMark {
  const path = join(directory, markName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return earliest;
    throw new StateDirectoryError(`Cannot read "${path}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const mark = parseMark(text);
  if (mark !== undefined) return mark;
  throw new StateDirectoryError(
    `"${path}" does not say which format the state has: found "${text.slice(0, 80)}". Put it back from a backup, or choose another state directory with --state DIR; if this version wrote the state last, the file says {"format":${currentFormat}}`,
  );
}

/** What `restore` and a directory without a mark begin with. */
export const earliest: FormatMark = { format: unmarked, writtenBy: "an earlier version" };

export function markFormat(directory: string, format: number): void {
  const mark: FormatMark = { format, writtenBy: build.version };
  writeWhole(join(directory, markName), `${JSON.stringify(mark)}\n`);
}

/** Throws a `StateDirectoryError` for a format that a newer executable made. `what` begins the sentence, such as `State directory "/s"`. */
export function refuseNewer({ format, writtenBy }: FormatMark, what: string, remedy: string): void {
  if (format <= currentFormat) return;
  throw new StateDirectoryError(
    `${what} has format ${format}, written by Muster ${writtenBy}; this is Muster ${build.version}, which knows formats up to ${currentFormat}. ${remedy}`,
  );
}

/** Undefined for what is none. */
export function parseMark(text: string): FormatMark | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("format" in value)) return undefined;
    const { format } = value;
    if (typeof format !== "number" || !Number.isSafeInteger(format) || format < 0) return undefined;
    const writtenBy = "writtenBy" in value && typeof value.writtenBy === "string" ? value.writtenBy : "unknown";
    return { format, writtenBy };
  } catch {
    return undefined; // Not JSON.
  }
}
