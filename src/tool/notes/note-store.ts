// Notes by key, one small file each: whole at any instant, on disk when it is said, and a write costs no more than its note.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { makeFolder, syncFolder, writeWhole } from "../../host/write-whole.ts";

export interface Note {
  readonly key: string;
  readonly text: string;
}

const stored = z.object({ key: z.string(), text: z.string() });
const fileName = /^[0-9a-f]{64}\.json$/;

export class NoteStore {
  readonly #folder: string;

  /** `folder`: of this store alone; made with the first note. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws what the file system throws, as all of these do. */
  get(key: string): string | undefined {
    const note = this.#read(nameOf(key));
    return note?.key === key ? note.text : undefined;
  }

  set(note: Note): void {
    makeFolder(this.#folder);
    writeWhole(join(this.#folder, nameOf(note.key)), JSON.stringify(note));
  }

  /** Whether there was one. */
  delete(key: string): boolean {
    if (this.get(key) === undefined) return false;
    rmSync(join(this.#folder, nameOf(key)));
    syncFolder(this.#folder);
    return true;
  }

  count(): number {
    return this.#names().length;
  }

  /** By key. */
  list(): readonly Note[] {
    const notes = this.#names().flatMap((name) => this.#read(name) ?? []);
    return notes.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder).filter((name) => fileName.test(name));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Undefined: there is none, or what is there is none of ours. */
  #read(name: string): Note | undefined {
    try {
      const read = stored.safeParse(JSON.parse(readFileSync(join(this.#folder, name), "utf8")));
      return read.success ? read.data : undefined;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

/** Any key makes a name that every file system takes, and no two keys the same. */
function nameOf(key: string): string {
  return `${createHash("sha256").update(key).digest("hex")}.json`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
