// sqlite-vec as a file that SQLite can load: carried in the executable, put into the state directory on first use.

import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriedPart } from "../host/carried-parts.ts";
import { extractedFolder, extractPart } from "../host/extract-part.ts";
import { isNoexec } from "../host/is-noexec.ts";
import { unpackPart } from "../host/unpack-part.ts";
import { extensionName, packagedExtension } from "./carries-vectors.ts";
import { KnowledgeError } from "./contract.ts";

/** Resolves to its path; undefined: there is none for this machine. Rejects with a `KnowledgeError` where it cannot be put there. */
export async function vectorExtension(stateDirectory: string): Promise<string | undefined> {
  const part = carriedPart("sqlite-vec");
  if (part === undefined) return packagedExtension();
  try {
    // It is small: no child is worth its start.
    return join(await extractPart(part, stateDirectory, unpackPart), extensionName);
  } catch (cause) {
    throw new KnowledgeError(`Cannot put sqlite-vec into the state directory: ${textOf(cause)}`, { cause });
  }
}

/**
 * Why vectors cannot be searched on this machine though the executable carries the search; undefined: they can, as far as can be told. What is in the state directory is
 * tried, else a copy elsewhere, of which nothing is left. Never rejects.
 */
export async function vectorProblem(stateDirectory: string): Promise<string | undefined> {
  const part = carriedPart("sqlite-vec");
  if (part !== undefined && existsSync(join(extractedFolder(part, stateDirectory), extensionName)))
    return problemIn(stateDirectory);
  const folder = mkdtempSync(join(tmpdir(), "muster-vectors-"));
  try {
    // What is forbidden there may be allowed in the state directory.
    return isNoexec(folder) ? undefined : await problemIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function problemIn(folder: string): Promise<string | undefined> {
  const database = new Database(":memory:");
  try {
    const extension = await vectorExtension(folder);
    if (extension !== undefined) loadVectors(database, extension);
    return undefined;
  } catch (error) {
    return textOf(error);
  } finally {
    database.close();
  }
}

/** Throws a `KnowledgeError` that says what keeps it out. */
export function loadVectors(database: Database, extension: string): void {
  try {
    database.loadExtension(extension);
  } catch (cause) {
    // SQLite tries a second name, and tells of that one.
    const why = isNoexec(extension)
      ? "its file system is mounted noexec. Choose a state directory where programs may be run, with --state DIR"
      : `${textOf(cause)}. Look whether a policy of this machine keeps code from being loaded there`;
    throw new KnowledgeError(`Cannot load "${extension}" into SQLite: ${why}`, { cause });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
