// Puts a text in its place, whole or not at all, and takes a file away, so that a power cut undoes neither.

import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes beside and renames: a reader sees the old text or the new one. The file gets owner and mode of the file `like`, and its folder
 * those of that one's folder when it is made: whoever may read that may read this. Throws what the file system throws, with nothing left behind.
 */
export function installFile(path: string, text: string, like: string): void {
  const folder = dirname(path);
  const { uid, gid, mode } = statSync(like);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    const parent = statSync(dirname(like));
    mkdirSync(folder, { recursive: true, mode: parent.mode & 0o777 });
    own(folder, parent);
  }
  const beside = join(folder, `.${basename(path)}.${process.pid}`);
  try {
    writeThrough(beside, text);
    own(beside, { uid, gid });
    chmodSync(beside, mode & 0o777);
    renameSync(beside, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

export function removeFile(path: string): void {
  rmSync(path);
  syncFolder(dirname(path));
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Only root may give a file away. */
function own(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
