// A regular file as text, within a size: what is no text, no file or too large is said as such.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { formatBytes } from "../format-bytes.ts";
import { ToolError } from "../contract.ts";
import type { Place } from "./confined.ts";
import { outside, type HeldFolder } from "./held-folder.ts";

// What a platform lacks counts as 0. A pipe is not waited on, a device not made a terminal of ours.
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** @throws {ToolError} also when it is no regular file, too large, or no text */
export function readText({ folder, name, stat, shown }: Place, maxBytes: number): string {
  if (stat === undefined) throw new ToolError("failed", `There is no file "${shown}"`);
  refuseOther(stat, shown);
  const bytes = readBytes(folder, name, maxBytes);
  if (bytes === undefined)
    throw new ToolError("limit", `"${shown}" is larger than ${formatBytes(maxBytes)}, which is the most that is read`);
  const text = textOf(bytes);
  if (text === undefined)
    throw new ToolError("failed", `"${shown}" is no text: a binary file of ${formatBytes(bytes.length)}`);
  return text;
}

/** Undefined: it holds more than `maxBytes`. Throws what the file system throws, and `ToolError` for what is no regular file of the root. */
export function readBytes(folder: HeldFolder, name: string, maxBytes: number): Uint8Array | undefined {
  const descriptor = openSync(folder.at(name), readFlags);
  try {
    const stat = fstatSync(descriptor);
    refuseOther(stat, name);
    if (!folder.holds(descriptor, name)) throw outside();
    return stat.size > maxBytes ? undefined : readAll(descriptor, stat.size, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined: it is no UTF-8 text. A byte order mark stays in it. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined; // A TypeError: bytes that are no UTF-8.
  }
}

/** A file may grow while it is read, and files of the system say 0 of whatever they hold: one byte more than `maxBytes` is too many. */
function readAll(descriptor: number, size: number, maxBytes: number): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let room = size + 1;
  for (;;) {
    const chunk = new Uint8Array(Math.min(room, maxBytes + 1 - total));
    const read = readSync(descriptor, chunk);
    if (read === 0) return Buffer.concat(chunks);
    total += read;
    if (total > maxBytes) return undefined;
    chunks.push(chunk.subarray(0, read));
    room = 64 * 1024;
  }
}

function refuseOther(stat: Stats, shown: string): void {
  if (stat.isFile()) return;
  const kind = stat.isDirectory() ? "a folder" : kindOf(stat);
  throw new ToolError("failed", `"${shown}" is ${kind}, not a file`);
}

/** Of what is neither file, folder nor link. */
export function kindOf(stat: Pick<Stats, "isFIFO" | "isSocket">): string {
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}
