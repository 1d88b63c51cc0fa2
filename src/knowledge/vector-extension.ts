// sqlite-vec as a file that SQLite can load: carried in the executable, put into the state directory on first use.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "bun:sqlite";
import { carriedPart } from "../host/carried-parts.ts";
import { extractPart } from "../host/extract-part.ts";
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

/** Throws a `KnowledgeError` that says what keeps it out. */
export function loadVectors(database: Database, extension: string): void {
  try {
    database.loadExtension(extension);
  } catch (cause) {
    const reason = textOf(cause);
    const isForbidden = /failed to map|permission|not permitted/i.test(reason);
    const advice = isForbidden
      ? ". Its file system is mounted noexec, or a policy forbids it: choose a state directory where programs may be run, with --state DIR"
      : "";
    throw new KnowledgeError(`Cannot load "${extension}" into SQLite: ${reason}${advice}`, { cause });
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
