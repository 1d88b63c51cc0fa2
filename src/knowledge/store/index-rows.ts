// Documents and passages of an index, as they are written. One writer at a time; those who search have a connection of their own.

import type { Database, Statement } from "bun:sqlite";
import type { IndexedPassage } from "../contract.ts";
import { bytesOf } from "./vector-bytes.ts";

export interface FileRow {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  /** Of the file system, when it was read. */
  readonly stamp: string;
  /** Of its content; empty: it was never read. */
  readonly hash: string;
  /** Why it could not be read. */
  readonly error: string | null;
  readonly chunks: number;
  readonly at_ms: number;
}

export interface NewFile {
  readonly path: string;
  readonly name: string;
  readonly stamp: string;
  readonly hash: string;
}

/** A passage with its vector, of length 1, or empty in an index of words alone. `hash`: of what was embedded. */
export interface NewPassage extends IndexedPassage {
  readonly hash: string;
  readonly vector: Float32Array;
}

/** Rows after which others get their turn. */
const sliceRows = 64;

export class IndexRows {
  readonly #database: Database;
  readonly #hasVectors: boolean;

  constructor(database: Database, hasVectors = true) {
    this.#database = database;
    this.#hasVectors = hasVectors;
  }

  files(): readonly FileRow[] {
    return this.#database.query<FileRow, []>("SELECT * FROM files ORDER BY path").all();
  }

  counts(): { readonly documents: number; readonly passages: number; readonly failed: number } {
    const sql =
      "SELECT count(*) FILTER (WHERE error IS NULL) AS documents, count(error) AS failed, coalesce(sum(chunks), 0) AS passages FROM files";
    const none = { documents: 0, passages: 0, failed: 0 };
    return this.#database.query<typeof none, []>(sql).get() ?? none;
  }

  /** Of the passage that has just this text, wherever it stands. */
  vectorOf(hash: string): Float32Array | undefined {
    if (!this.#hasVectors) return undefined;
    const known = this.#database
      .query<{ embedding: Uint8Array }, [string]>(
        "SELECT embedding FROM vectors WHERE rowid = (SELECT id FROM chunks WHERE hash = ? LIMIT 1)",
      )
      .get(hash)?.embedding;
    const kept =
      known ??
      this.#database.query<{ vector: Uint8Array }, [string]>("SELECT vector FROM embedded WHERE hash = ?").get(hash)
        ?.vector;
    return kept === undefined ? undefined : new Float32Array(kept.slice().buffer);
  }

  /** Until the document that they are of is whole, or `forgetKept`. */
  keepVectors(vectors: ReadonlyMap<string, Float32Array>): void {
    const insert = this.#database.query("INSERT OR REPLACE INTO embedded VALUES (?, ?)");
    this.#database.transaction(() => {
      for (const [hash, vector] of vectors) insert.run(hash, bytesOf(vector));
    })();
  }

  /** Puts a document in the place of what is known of it: all at once for those who search, in slices for those who wait. */
  async replace(file: NewFile, passages: readonly NewPassage[], nowMs: number): Promise<void> {
    await this.#atOnce(async () => {
      await this.#removeByPath(file.path);
      const id = this.#insertFile(file, { error: null, chunks: passages.length, nowMs });
      const insert = this.#passageInserts(id);
      for (const [index, passage] of passages.entries()) {
        insert(passage);
        if (index % sliceRows === sliceRows - 1) await Bun.sleep(0);
      }
    });
  }

  /** A document that cannot be read is known as one, and nothing else of it. */
  async fail(file: NewFile, error: string, nowMs: number): Promise<void> {
    await this.#atOnce(async () => {
      await this.#removeByPath(file.path);
      this.#insertFile(file, { error, chunks: 0, nowMs });
    });
  }

  /** It is as it was, under another stamp or name. */
  restamp({ path, stamp, name }: NewFile): void {
    this.#database.query("UPDATE files SET stamp = ?, name = ? WHERE path = ?").run(stamp, name, path);
  }

  /** `keepsVectors`: it may be there again under another name. */
  async remove(path: string, keepsVectors = false): Promise<void> {
    await this.#atOnce(async () => {
      if (keepsVectors && this.#hasVectors)
        this.#database
          .query(
            `INSERT OR REPLACE INTO embedded SELECT c.hash, v.embedding FROM chunks c JOIN vectors v ON v.rowid = c.id
             WHERE c.file = (SELECT id FROM files WHERE path = ?)`,
          )
          .run(path);
      await this.#removeByPath(path);
    });
  }

  /** Vectors that were kept, and that no document wants. */
  forgetKept(): void {
    this.#database.run("DELETE FROM embedded");
  }

  /** What was once said of the index. */
  fact(name: string): string | undefined {
    return this.#database.query<{ value: string }, [string]>("SELECT value FROM facts WHERE name = ?").get(name)?.value;
  }

  setFact(name: string, value: string): void {
    this.#database.query("INSERT OR REPLACE INTO facts VALUES (?, ?)").run(name, value);
  }

  async #atOnce(work: () => Promise<void>): Promise<void> {
    this.#database.run("BEGIN IMMEDIATE");
    try {
      await work();
      this.#database.run("COMMIT");
    } catch (error) {
      if (this.#database.inTransaction) this.#database.run("ROLLBACK");
      throw error;
    }
  }

  async #removeByPath(path: string): Promise<void> {
    const file = this.#database.query<{ id: number }, [string]>("SELECT id FROM files WHERE path = ?").get(path);
    if (file === null) return;
    const ids = this.#database.query<{ id: number }, [number]>("SELECT id FROM chunks WHERE file = ?").all(file.id);
    const statements: readonly Statement<unknown, [number]>[] = [
      ...(this.#hasVectors ? [this.#database.query<unknown, [number]>("DELETE FROM vectors WHERE rowid = ?")] : []),
      this.#database.query("DELETE FROM words WHERE rowid = ?"),
      this.#database.query("DELETE FROM chunks WHERE id = ?"),
    ];
    for (const [index, { id }] of ids.entries()) {
      for (const statement of statements) statement.run(id);
      if (index % sliceRows === sliceRows - 1) await Bun.sleep(0);
    }
    this.#database.query("DELETE FROM files WHERE id = ?").run(file.id);
  }

  #insertFile(
    { path, name, stamp, hash }: NewFile,
    facts: { readonly error: string | null; readonly chunks: number; readonly nowMs: number },
  ): number {
    const done = this.#database
      .query("INSERT INTO files (path, name, stamp, hash, error, chunks, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(path, name, stamp, hash, facts.error, facts.chunks, facts.nowMs);
    return Number(done.lastInsertRowid);
  }

  #passageInserts(file: number): (passage: NewPassage) => void {
    const chunk = this.#database.query(
      "INSERT INTO chunks (file, headings, page, line, text, hash) VALUES (?, ?, ?, ?, ?, ?)",
    );
    const word = this.#database.query("INSERT INTO words (rowid, text, headings) VALUES (?, ?, ?)");
    const vector = this.#hasVectors
      ? this.#database.query("INSERT INTO vectors (rowid, embedding) VALUES (?, ?)")
      : undefined;
    const kept = this.#database.query("DELETE FROM embedded WHERE hash = ?");
    return ({ headings, page, line, text, hash, vector: numbers }) => {
      const done = chunk.run(file, JSON.stringify(headings), page ?? null, line ?? null, text, hash);
      word.run(done.lastInsertRowid, text, headings.join(" "));
      vector?.run(done.lastInsertRowid, bytesOf(numbers));
      kept.run(hash);
    };
  }
}
