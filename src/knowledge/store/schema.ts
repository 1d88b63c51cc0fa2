// The index of one agent as SQLite keeps it. It can always be made anew from the documents: another version of the schema is no reason to migrate.

import type { Database } from "bun:sqlite";

/** Another one whenever documents are cut otherwise, too. */
export const schemaVersion = 2;

/** Vectors are of length 1: then the order by distance is that by angle, and cheaper to have. Of 0 numbers there are none: words are all there is. */
export function createSchema(database: Database, dimensions: number): void {
  const statements = [
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    `CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      stamp TEXT NOT NULL,
      hash TEXT NOT NULL,
      error TEXT,
      chunks INTEGER NOT NULL,
      at_ms INTEGER NOT NULL
    )`,
    `CREATE TABLE chunks (
      id INTEGER PRIMARY KEY,
      file INTEGER NOT NULL,
      headings TEXT NOT NULL,
      page INTEGER,
      line INTEGER,
      text TEXT NOT NULL,
      hash TEXT NOT NULL
    )`,
    "CREATE INDEX chunks_of_file ON chunks (file)",
    "CREATE INDEX chunks_by_hash ON chunks (hash)",
    // Vectors of a document that is not whole yet: a large one goes on where it was stopped.
    "CREATE TABLE embedded (hash TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID",
    `CREATE VIRTUAL TABLE words USING fts5(
      text, headings, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 2'
    )`,
    "CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, row)",
    ...(dimensions === 0 ? [] : [`CREATE VIRTUAL TABLE vectors USING vec0(embedding float[${dimensions}])`]),
    `PRAGMA user_version = ${schemaVersion}`,
  ];
  database.transaction(() => statements.forEach((statement) => database.run(statement)))();
}
