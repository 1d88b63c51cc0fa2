// A file that is whole at any instant, and still there after a power cut: written beside its place, flushed, renamed, its folder flushed.

import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

export interface WriteWholeOptions {
  /** Default: its user's only. */
  readonly mode?: number;
  /** Default: who writes it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Name of the file beside. The default has room for one writer at a time, as the state directory's lock allows, and leaves no more than one behind. */
  readonly beside?: string;
}

/** On disk when it returns. Throws what the file system throws, with nothing left beside. */
export function writeWhole(path: string, content: string | Uint8Array, options: WriteWholeOptions = {}): void {
  const beside = join(dirname(path), options.beside ?? temporaryName(path));
  try {
    writeThrough(beside, content, options);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a folder for its user alone, with those above it that are missing; on disk when it returns. Returns the first that it made. */
export function makeFolder(path: string, mode = 0o700): string | undefined {
  const first = mkdirSync(path, { recursive: true, mode });
  if (first === undefined) return undefined;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) syncFolder(dirname(folder));
  return first;
}

/** What a writer that was killed may leave of `path`. */
export function temporaryName(path: string): string {
  return `.${basename(path)}.new`;
}

/** Has the disk have what a folder lists: which files are there, by which names. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  syncPath(folder);
}

/** Has the disk have a file's content. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeThrough(path: string, content: string | Uint8Array, { mode, owner }: WriteWholeOptions): void {
  rmSync(path, { force: true }); // Of a killed writer, maybe with another mode.
  const descriptor = openSync(path, "wx", 0o600);
  try {
    if (owner !== undefined) fchownSync(descriptor, owner.uid, owner.gid);
    if (mode !== undefined) fchmodSync(descriptor, mode);
    writeFileSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
