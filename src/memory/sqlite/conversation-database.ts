// The file of conversations: opened, and brought to the schema of this executable.

import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder, syncFolder } from "../../host/write-whole.ts";

export const databasePath = "conversations/conversations.db";

/** One list of statements for each version of the schema; `user_version` says how many were done. */
const steps: readonly (readonly string[])[] = [
  [
    `CREATE TABLE conversations (
      id INTEGER PRIMARY KEY,
      agent TEXT NOT NULL,
      owner TEXT NOT NULL,
      name TEXT NOT NULL,
      turns INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      next_seq INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      used_ms INTEGER NOT NULL,
      expire_ms INTEGER NOT NULL,
      UNIQUE (agent, owner, name)
    )`,
    `CREATE TABLE turns (
      conversation INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      messages TEXT NOT NULL,
      PRIMARY KEY (conversation, seq)
    ) WITHOUT ROWID`,
  ],
];

/** A newer executable made it. */
export class NewerSchema extends Error {
  override readonly name = "NewerSchema";
}

/**
 * Makes it where it is missing, with mode 0600 in a folder with 0700. WAL, flushed by whoever commits (`synchronous = NORMAL` flushes at
 * checkpoints only), so that nobody waits for a slow disk but those whose turn it is. Throws what SQLite and the file system throw, and `NewerSchema`.
 */
export function openDatabase(path: string): Database {
  const folder = dirname(path);
  makeFolder(folder);
  const database = new Database(path, { create: true, readwrite: true });
  try {
    chmodSync(path, 0o600);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = NORMAL");
    database.run("PRAGMA busy_timeout = 2000");
    database.run("PRAGMA secure_delete = FAST");
    database.run(`PRAGMA journal_size_limit = ${4 * 1024 ** 2}`);
    migrate(database, path);
    syncFolder(folder);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** For a reader beside a runtime that is down or up. Throws what SQLite throws, and `NewerSchema`. */
export function openForReading(path: string): Database {
  const database = new Database(path, { readonly: true });
  try {
    database.run("PRAGMA busy_timeout = 2000");
    refuseNewer(versionOf(database), path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database, path: string): void {
  const version = versionOf(database);
  refuseNewer(version, path);
  for (const [index, statements] of steps.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      for (const statement of statements) database.run(statement);
      database.run(`PRAGMA user_version = ${index + 1}`);
    })();
  }
}

function refuseNewer(version: number, path: string): void {
  if (version <= steps.length) return;
  throw new NewerSchema(
    `"${path}" has version ${version} of its schema, and this executable knows up to ${steps.length}: start the newer version again`,
  );
}

function versionOf(database: Database): number {
  const row: unknown = database.query("PRAGMA user_version").get();
  return typeof row === "object" && row !== null && "user_version" in row ? Number(row.user_version) : 0;
}
