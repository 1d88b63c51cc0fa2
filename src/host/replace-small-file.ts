// A small file replaced whole; on a full disk, where there is no room for a second one, over the first: a runtime must say where it is there, too.

import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryName } from "./write-whole.ts";

/** What a file takes of a disk at least, so the next one has this much room. */
const blockBytes = 4096;

/**
 * Writes `text` for its user only, filled up to a block with empty lines. Not flushed: for what means nothing after a power cut. Throws what the
 * file system throws, with what was there left as it is.
 */
export function replaceSmallFile(path: string, text: string): void {
  const bytes = Buffer.from(text + "\n".repeat(Math.max(0, blockBytes - Buffer.byteLength(text))));
  const beside = join(dirname(path), temporaryName(path));
  try {
    rmSync(beside, { force: true });
    writeFileSync(beside, bytes, { mode: 0o600, flag: "wx" });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    if (!isFullDisk(error)) throw error;
    writeOver(path, bytes, error);
  }
}

/** Whether that is what the file system said. */
export function isFullDisk(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

function writeOver(path: string, bytes: Uint8Array, full: unknown): void {
  const descriptor = openOrThrow(path, full);
  try {
    if (fstatSync(descriptor).size < bytes.length) throw full;
    writeSync(descriptor, bytes, 0, bytes.length, 0);
    ftruncateSync(descriptor, bytes.length);
  } finally {
    closeSync(descriptor);
  }
}

/** Where there is no such file, the full disk is what to tell of. */
function openOrThrow(path: string, full: unknown): number {
  try {
    return openSync(path, "r+");
  } catch {
    throw full;
  }
}
