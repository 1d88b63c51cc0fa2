// The database file of one agent's index: opened, and thrown away when it is broken or made for something else.

import { Database } from "bun:sqlite";
import { chmodSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { isBroken } from "../../host/broken-database.ts";
import { makeFolder } from "../../host/write-whole.ts";
import { loadVectors } from "../vector-extension.ts";
import { createSchema, schemaVersion } from "./schema.ts";

/** What an index was made with: another value of any of them makes another index. */
export interface IndexSettings {
  /** Provider, address and name of the embedding model. */
  readonly model: string;
  /** 0: it holds no vectors, and is searched by words alone. */
  readonly dimensions: number;
  readonly chunkTokens: number;
  readonly overlapTokens: number;
  readonly documentPrefix: string;
}

export interface OpenedIndex {
  readonly database: Database;
  /** Why the index that was there is gone; undefined: it is there, or there was none. */
  readonly discarded?: string;
}

const settingsFact = "settings";

/** Mode 0600 in a folder with 0700. `extension`: undefined where there is none for this machine. Throws what SQLite and the file system throw, and a `KnowledgeError` of the extension. */
export function openIndex(path: string, extension: string | undefined, settings: IndexSettings): OpenedIndex {
  makeFolder(dirname(path));
  const found = openSound(path, extension);
  const before = found.database === undefined ? undefined : settingsOf(found.database);
  if (found.database !== undefined && before === JSON.stringify(settings)) return { database: found.database };
  found.database?.close();
  const discarded = found.broken ?? (before === undefined ? undefined : changeOf(before, settings));
  discardIndex(path);
  const database = connect(path, extension);
  createSchema(database, settings.dimensions);
  database.query("INSERT INTO facts VALUES (?, ?)").run(settingsFact, JSON.stringify(settings));
  return { database, ...(discarded === undefined ? {} : { discarded }) };
}

/** For searching beside the writer. Throws as `openIndex`. */
export function openForSearch(path: string, extension: string | undefined): Database {
  const database = new Database(path, { readonly: true });
  try {
    database.run("PRAGMA busy_timeout = 2000");
    if (extension !== undefined) loadVectors(database, extension);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function discardIndex(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${path}${suffix}`, { force: true });
}

function openSound(
  path: string,
  extension: string | undefined,
): { readonly database?: Database; readonly broken?: string } {
  try {
    return { database: connect(path, extension) };
  } catch (error) {
    if (!isBroken(error)) throw error;
    return { broken: "its file is broken" };
  }
}

/** Nothing of an index is lost for good, so that a commit need not wait for the disk. */
function connect(path: string, extension: string | undefined): Database {
  const database = new Database(path, { create: true, readwrite: true });
  try {
    chmodSync(path, 0o600);
    // Vectors are large: they are read in few pieces.
    database.run("PRAGMA page_size = 16384");
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = NORMAL");
    database.run("PRAGMA busy_timeout = 2000");
    database.run("PRAGMA cache_size = -1024");
    database.run(`PRAGMA journal_size_limit = ${16 * 1024 ** 2}`);
    if (extension !== undefined) loadVectors(database, extension);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** As text; undefined: the file is new, or of another version of the schema. */
function settingsOf(database: Database): string | undefined {
  const version: unknown = database.query("PRAGMA user_version").get();
  if (!isRecord(version) || version["user_version"] === 0) return undefined;
  if (version["user_version"] !== schemaVersion) return "{}";
  const row: unknown = database.query("SELECT value FROM facts WHERE name = ?").get(settingsFact);
  return isRecord(row) ? String(row["value"]) : "{}";
}

function changeOf(before: string, settings: IndexSettings): string {
  const old: unknown = JSON.parse(before);
  const { model, dimensions } = isRecord(old) ? old : {};
  if (typeof model !== "string" || typeof dimensions !== "number") return "it was made by another version";
  if (dimensions === 0) return "it held words alone";
  if (settings.dimensions === 0) return "vectors cannot be searched by this executable";
  if (model !== settings.model) return `it was made with the model "${model}"`;
  if (dimensions !== settings.dimensions)
    return `the model gives vectors of ${settings.dimensions} numbers, and gave ${dimensions}`;
  return "it was made with other passages";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
