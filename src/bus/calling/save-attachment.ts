// Saves a file that an agent sent. Its name comes from outside: it stays in the folder, is a visible file, and overwrites nothing.

import { mkdir, writeFile } from "node:fs/promises";
import { join, parse, resolve } from "node:path";
import type { Attachment } from "../../protocol/attachment.ts";
import { fileNameProblem } from "../../protocol/attachment.ts";
import { neutraliseLine } from "../../telemetry/neutralise.ts";

const maxAttempts = 1_000;
const maxNameLength = 60;
const maxExtensionLength = 20;

/** Resolves to the path. A taken name gets a number: `report-2.pdf`. Rejects with an `Error` that says why when it cannot be written. */
export async function saveAttachment(
  folder: string,
  attachment: Pick<Attachment, "filename" | "data">,
): Promise<string> {
  const { name, ext } = parse(safeName(attachment.filename));
  const directory = resolve(folder);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const path = join(directory, attempt === 1 ? `${name}${ext}` : `${name}-${attempt}${ext}`);
    if (await writeNew(directory, path, attachment.data)) return path;
  }
  throw new Error(
    `Cannot save "${attachment.filename}" in "${directory}": ${maxAttempts} files of that name are there`,
  );
}

/** A plain, visible name that no shell or file system trips over. */
export function safeName(filename: string): string {
  const plain = neutraliseLine(filename)
    .replace(/[<>:"|?*/\\\u0000-\u001f]/g, "_")
    .replace(/^[.\s-]+/, "")
    .replace(/[.\s]+$/, "");
  const { name, ext } = parse(plain);
  const short = `${firstCharacters(name, maxNameLength)}${firstCharacters(ext, maxExtensionLength)}`;
  const isReserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(name);
  if (short === "" || fileNameProblem(short) !== undefined) return "attachment";
  return isReserved ? `_${short}` : short;
}

/** Whole code points: half of one is no file name. */
function firstCharacters(text: string, count: number): string {
  return Array.from(text).slice(0, count).join("");
}

/** False: the name is taken. */
async function writeNew(directory: string, path: string, data: Uint8Array): Promise<boolean> {
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(path, data, { flag: "wx", mode: 0o600 });
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot save "${path}": ${reason}`, { cause });
  }
}
