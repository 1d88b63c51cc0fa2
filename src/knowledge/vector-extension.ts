// sqlite-vec as a file that SQLite can load: carried in the executable, put into the state directory on first use.

import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriedPart } from "../host/carried-parts.ts";
import { extractedFolder, extractPart } from "../host/extract-part.ts";
import { isNoexec } from "../host/is-noexec.ts";
import { unpackPart } from "../host/unpack-part.ts";
import { KnowledgeError } from "./contract.ts";

/** SQLite tells the extension's entry point by this name. */
const fileName = "vec0.so";

/** Resolves to its path. Rejects with a `KnowledgeError` where there is none for this machine, or it cannot be put there. */
export async function vectorExtension(stateDirectory: string): Promise<string> {
  const part = carriedPart("sqlite-vec");
  if (part === undefined) return fromPackage();
  try {
    // It is small: no child is worth its start.
    return join(await extractPart(part, stateDirectory, unpackPart), fileName);
  } catch (cause) {
    throw new KnowledgeError(`Cannot put sqlite-vec into the state directory: ${textOf(cause)}`, { cause });
  }
}

/**
 * Why this executable cannot search vectors on this machine; undefined: it can, as far as can be told. What is in the state directory is
 * tried, else a copy elsewhere, of which nothing is left. Never rejects.
 */
export async function vectorProblem(stateDirectory: string): Promise<string | undefined> {
  const part = carriedPart("sqlite-vec");
  if (part !== undefined && existsSync(join(extractedFolder(part, stateDirectory), fileName)))
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
    loadVectors(database, await vectorExtension(folder));
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

/** Run from source without a build before. */
function fromPackage(): string {
  const name = `sqlite-vec-${process.platform}-${process.arch}`;
  const path = join(import.meta.dirname, "..", "..", "node_modules", name, fileName);
  if (existsSync(path)) return path;
  throw new KnowledgeError(
    `This executable carries no vector search (sqlite-vec) for ${process.platform}-${process.arch}: agents with knowledge run on Linux with glibc`,
  );
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
