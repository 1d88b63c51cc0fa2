// Puts a text in its place, whole or not at all, and takes a file away, so that a power cut undoes neither.

import { chownSync, rmSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { makeFolder, syncFolder, writeWhole } from "./write-whole.ts";

/**
 * Writes beside and renames: a reader sees the old text or the new one. The file gets owner and mode of the file `like`, and its folder
 * those of that one's folder when it is made: whoever may read that may read this. Throws what the file system throws, with nothing left behind.
 */
export function installFile(path: string, text: string, like: string): void {
  const folder = dirname(path);
  const { uid, gid, mode } = statSync(like);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    const parent = statSync(dirname(like));
    makeFolder(folder, parent.mode & 0o777);
    if (isRoot()) chownSync(folder, parent.uid, parent.gid);
  }
  writeWhole(path, text, {
    beside: `.${basename(path)}.${process.pid}`,
    mode: mode & 0o777,
    ...(isRoot() ? { owner: { uid, gid } } : {}),
  });
}

export function removeFile(path: string): void {
  rmSync(path);
  syncFolder(dirname(path));
}

/** Only root may give a file away. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}
