// The documents that a manifest's patterns mean, as they are on disk now. Bounded, whatever is there.

import type { Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { filePattern, matcherOf, type FilePattern } from "../../manifest/knowledge/file-pattern.ts";
import { isExcluded } from "./is-excluded.ts";

export interface FilesWanted {
  /** Absolute patterns. */
  readonly paths: readonly string[];
  readonly exclude: readonly string[];
  readonly maxFiles: number;
  /** Files below are cited as from here. Absolute. */
  readonly folder: string;
  /** What is below is no document: the state directory. Absolute. */
  readonly closed: string;
}

export interface FoundFile {
  readonly path: string;
  /** As it is cited. */
  readonly name: string;
  /** Another one, another file. */
  readonly stamp: string;
  /** The folder that was named: a link at `path` leads nowhere out of it. Absent: the file itself was named. */
  readonly base?: string;
}

export interface FoundFiles {
  /** By path. */
  readonly files: readonly FoundFile[];
  /** Documents over the limit. */
  readonly leftOut: number;
  /** Folders that could not be listed: what is known of them stays. */
  readonly unlisted: readonly string[];
  readonly notes: readonly string[];
}

/** Files and folders that are looked at for one pattern. */
const maxEntries = 250_000;
const maxDepth = 32;
const maxNotes = 20;

/** Rejects with the signal's reason only. */
export async function findFiles(wanted: FilesWanted, signal: AbortSignal): Promise<FoundFiles> {
  const search = new Search(wanted, signal);
  for (const pattern of wanted.paths) await search.add(filePattern(pattern));
  return search.result();
}

class Search {
  readonly #wanted: FilesWanted;
  readonly #signal: AbortSignal;
  readonly #found = new Map<string, Omit<FoundFile, "path" | "stamp">>();
  readonly #unlisted = new Set<string>();
  readonly #notes = new Set<string>();
  #left = maxEntries;

  constructor(wanted: FilesWanted, signal: AbortSignal) {
    this.#wanted = wanted;
    this.#signal = signal;
  }

  async add(pattern: FilePattern): Promise<void> {
    this.#signal.throwIfAborted();
    this.#left = maxEntries;
    const { base } = pattern;
    const found = await this.#look(base);
    if (found === undefined) return;
    if (!found.isDirectory()) {
      if (pattern.rest === "") this.#found.set(base, { name: this.#nameOf(base, base) });
      return;
    }
    await this.#walk({ base, real: await realpath(base), takes: matcherOf(pattern) }, "", 0);
    if (this.#left <= 0) this.#note(`"${base}" holds more than ${maxEntries} files and folders: the rest is left out`);
  }

  async result(): Promise<FoundFiles> {
    const paths = [...this.#found.keys()].sort();
    const taken = paths.slice(0, this.#wanted.maxFiles);
    const leftOut = paths.length - taken.length;
    const files: FoundFile[] = [];
    for (const path of taken) {
      this.#signal.throwIfAborted();
      const stat = await this.#look(path);
      const found = this.#found.get(path);
      if (found !== undefined && stat?.isFile() === true) files.push({ path, stamp: stampOf(stat), ...found });
    }
    if (leftOut > 0) this.#note(`${leftOut} documents over max_files (${this.#wanted.maxFiles}) are left out`);
    return { files, leftOut, unlisted: [...this.#unlisted], notes: [...this.#notes] };
  }

  /** What is there no more is no document any more; what cannot be looked at now stays as it is known. */
  async #look(path: string): Promise<Stats | undefined> {
    try {
      return await stat(path);
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      this.#unlisted.add(path);
      this.#note(`"${path}" cannot be looked at: ${code}`);
      return undefined;
    }
  }

  #note(text: string): void {
    if (this.#notes.size < maxNotes) this.#notes.add(text);
  }

  async #walk(root: Root, folder: string, depth: number): Promise<void> {
    if (depth > maxDepth) return;
    const folders: string[] = [];
    for (const entry of await this.#list(root.base, folder)) {
      if (this.#left-- <= 0) return;
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (root.takes(path)) await this.#take(root, path, entry.isSymbolicLink());
    }
    for (const path of folders) {
      this.#signal.throwIfAborted();
      await this.#walk(root, path, depth + 1);
    }
  }

  async #list(base: string, folder: string) {
    const path = join(base, folder);
    if (isBelow(path, this.#wanted.closed)) return [];
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      this.#unlisted.add(path);
      this.#note(`"${path}" cannot be listed: ${codeOf(error)}`);
      return [];
    }
  }

  async #take(root: Root, below: string, isLink: boolean): Promise<void> {
    const path = join(root.base, below);
    if (isExcluded(path, this.#wanted.exclude)) return;
    if (isLink && !(await leadsInside(path, root.real))) {
      const where = (await this.#look(path)) === undefined ? "nowhere" : `out of "${root.base}"`;
      this.#note(`"${path}" is a link that leads ${where}: it is left out`);
      return;
    }
    this.#found.set(path, { name: this.#nameOf(path, root.base), base: root.base });
  }

  /** From the manifest's folder where it is below that; else from the folder that was named. */
  #nameOf(path: string, base: string): string {
    const { folder } = this.#wanted;
    if (isBelow(path, folder)) return relative(folder, path);
    return path === base ? basename(path) : join(basename(base), relative(base, path));
  }
}

interface Root {
  readonly base: string;
  /** Without links. */
  readonly real: string;
  readonly takes: (below: string) => boolean;
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Links to folders are not followed, and those to files nowhere out of the folder that was named. */
async function leadsInside(path: string, real: string): Promise<boolean> {
  try {
    return isBelow(await realpath(path), real);
  } catch {
    return false; // It leads nowhere.
  }
}

/** Whether it is still where it was found: somebody may have put a link in its place, or in that of a folder above it. */
export async function isInPlace({ path, base }: Pick<FoundFile, "path" | "base">): Promise<boolean> {
  if (base === undefined) return true;
  const real = await realpath(base).catch(() => undefined);
  return real !== undefined && (await leadsInside(path, real));
}

/** The time of its last change of whatever kind is in it: of its content, its name, its rights. */
function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
