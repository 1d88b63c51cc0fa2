// A database as it is at one moment, in one file, also while its runtime writes: what lies in the files beside it is in the copy.

import { Database } from "bun:sqlite";
import { chmodSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isBroken } from "../broken-database.ts";
import { temporaryName } from "../write-whole.ts";

/**
 * Hands `use` the path of the copy, which is gone afterwards, however it ends. The folder needs room for it. Of a file that SQLite cannot read, the path itself: then a backup has
 * it as it lies there.
 */
export async function withSnapshot(path: string, use: (copy: string) => Promise<void>): Promise<void> {
  const copy = join(dirname(path), temporaryName(`${basename(path)}-snapshot`));
  try {
    await use(writeSnapshot(path, copy) ? copy : path);
  } finally {
    rmSync(copy, { force: true });
  }
}

function writeSnapshot(path: string, copy: string): boolean {
  rmSync(copy, { force: true }); // Of a backup that was killed.
  let database: Database | undefined;
  try {
    database = new Database(path, { readwrite: true });
    database.run("PRAGMA busy_timeout = 5000");
    database.query("VACUUM INTO ?").run(copy);
    chmodSync(copy, 0o600);
    return true;
  } catch (error) {
    if (isBroken(error)) return false;
    throw error;
  } finally {
    database?.close();
  }
}
