// Files of another agent, saved under a folder of the turn: never over another file, never through a link, readable by us alone.

import { mkdir, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { ToolError } from "../contract.ts";
import type { RemoteFile } from "./port.ts";
import { saveName } from "./save-name.ts";

/** A file as the model reads of it. */
export interface SavedFile {
  /** As its sender named it. */
  readonly filename: string;
  readonly size_bytes: number;
  /** Absolute; null: it was not saved. */
  readonly path: string | null;
  readonly skipped?: "over_limit" | "invalid_content";
}

/** Of one call: more are not saved, however small they are. */
const maxFiles = 256;
const maxAttempts = 1_000;
const maxShownName = 255;

/** The files of one call, within its limit. */
export class CallFiles {
  readonly #folder: () => Promise<string>;
  #leftBytes: number;
  #count = 0;

  /** `folder`: of this call, made when there is something to save. */
  constructor(folder: () => Promise<string>, limitBytes: number) {
    this.#folder = folder;
    this.#leftBytes = limitBytes;
  }

  /** Rejects with a `ToolError` when one cannot be written. */
  async save(files: readonly RemoteFile[]): Promise<readonly SavedFile[]> {
    const saved: SavedFile[] = [];
    for (const file of files.slice(0, maxFiles)) saved.push(await this.#save(file));
    return saved;
  }

  async #save({ filename: given, data }: RemoteFile): Promise<SavedFile> {
    const filename = given.slice(0, maxShownName);
    this.#count += 1;
    if (data === undefined) return { filename, size_bytes: 0, path: null, skipped: "invalid_content" };
    const { byteLength } = data;
    if (byteLength > this.#leftBytes || this.#count > maxFiles)
      return { filename, size_bytes: byteLength, path: null, skipped: "over_limit" };
    this.#leftBytes -= byteLength;
    const path = await writeNew(await this.#folder(), saveName(given, this.#count), data);
    return { filename, size_bytes: byteLength, path };
  }
}

async function writeNew(folder: string, filename: string, data: Uint8Array): Promise<string> {
  const { name, ext } = parse(filename);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const path = join(folder, attempt === 1 ? filename : `${name}-${attempt}${ext}`);
      if (await isWritten(path, data)) return path;
    }
  } catch (cause) {
    throw new ToolError("failed", "A file that the agent sent could not be saved here", { cause });
  }
  throw new ToolError("failed", `A file that the agent sent could not be saved: ${maxAttempts} have its name`);
}

/** False: the name is taken. */
async function isWritten(path: string, data: Uint8Array): Promise<boolean> {
  try {
    await writeFile(path, data, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
