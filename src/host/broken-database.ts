// SQLite files that a bad disk has spoilt: known as such, and put aside for whoever wants to look.

import type { Database } from "bun:sqlite";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

class DatabaseBroken extends Error {
  override readonly name = "DatabaseBroken";
  readonly code = "SQLITE_CORRUPT";
}

/** Reads all of it; throws what `isBroken` knows. */
export function mustBeWhole(database: Database): void {
  const [finding = "ok"] = database.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").values().flat();
  if (finding !== "ok") throw new DatabaseBroken(String(finding));
}

/** Whether SQLite cannot make sense of what the file holds. */
export function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  return code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT");
}

/** Whether there was no room to write. */
export function isForWantOfRoom(error: unknown): boolean {
  return codeOf(error) === "SQLITE_FULL" || ["ENOSPC", "EDQUOT"].includes(codeOf(error));
}

/** Keeps the broken file, and of several the last, beside the place that is free then. Returns where it is. */
export function putAside(path: string, now: Date): string {
  const [folder, prefix] = [dirname(path), `${basename(path)}.broken-`];
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true });
  const aside = join(folder, `${prefix}${now.toISOString().replaceAll(/[:.]/g, "-")}`);
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  rmSync(`${path}-shm`, { force: true });
  renameSync(path, aside);
  return aside;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
