// Passages of an index, found by meaning and by words at once.

import type { Database } from "bun:sqlite";
import type { FoundPassage, IndexedDocument } from "../contract.ts";
import { fuseRanks } from "./fuse-ranks.ts";
import type { FileRow } from "./index-rows.ts";
import { CommonWords, queryWords } from "./query-words.ts";
import { rankByWords, wordWeight } from "./rank-by-words.ts";
import { bytesOf } from "./vector-bytes.ts";

/** Of each order, for the fusion to choose from. */
const candidates = 50;

interface ChunkRow {
  readonly path: string;
  readonly name: string;
  readonly headings: string;
  readonly page: number | null;
  readonly line: number | null;
  readonly text: string;
  readonly hash: string;
}

export class IndexSearch {
  readonly #database: Database;
  readonly #common = new CommonWords();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The best `count`, none twice that says the same. `vector`: of the query, of length 1; undefined: by words alone. */
  find(query: string, vector: Float32Array | undefined, count: number): readonly FoundPassage[] {
    const byMeaning = vector === undefined ? [] : this.#byMeaning(vector);
    const fused = fuseRanks([byMeaning, this.#byWords(query)]);
    const found: FoundPassage[] = [];
    const seen = new Set<string>();
    for (const { id, score } of fused) {
      if (found.length >= count) break;
      const row = this.#chunk(id);
      if (row === undefined || seen.has(row.hash)) continue;
      seen.add(row.hash);
      found.push(passageOf(row, score));
    }
    return found;
  }

  /** At most `limit`, by name. */
  documents(limit: number): readonly IndexedDocument[] {
    const rows = this.#database.query<FileRow, [number]>("SELECT * FROM files ORDER BY name LIMIT ?").all(limit);
    return rows.map(({ name, path, chunks, error, at_ms: atMs }) => ({
      file: name,
      path,
      passages: chunks,
      ...(error === null ? {} : { error }),
      atMs,
    }));
  }

  close(): void {
    this.#database.close();
  }

  #byMeaning(vector: Float32Array): readonly number[] {
    return this.#database
      .query<{ rowid: number }, [Uint8Array, number]>("SELECT rowid FROM vectors WHERE embedding MATCH ? AND k = ?")
      .all(bytesOf(vector), candidates)
      .map(({ rowid }) => rowid);
  }

  #byWords(query: string): readonly number[] {
    const words = queryWords(query, this.#database, this.#common);
    if (words.length === 0) return [];
    const all = this.#database.query<{ last: number }, []>("SELECT max(id) AS last FROM chunks").get()?.last ?? 0;
    const holding = this.#database.query<{ rowid: number }, [string]>("SELECT rowid FROM words WHERE words MATCH ?");
    return rankByWords(
      words.map(({ word, passages }) => ({
        weight: wordWeight(passages, all),
        passages: holding.values(`"${word}"`).map(([id]) => Number(id)),
      })),
    ).slice(0, candidates);
  }

  #chunk(id: number): ChunkRow | undefined {
    return (
      this.#database
        .query<ChunkRow, [number]>(
          `SELECT f.path, f.name, c.headings, c.page, c.line, c.text, c.hash
           FROM chunks c JOIN files f ON f.id = c.file WHERE c.id = ?`,
        )
        .get(id) ?? undefined
    );
  }
}

function passageOf({ path, name, headings, page, line, text }: ChunkRow, score: number): FoundPassage {
  const parsed: unknown = JSON.parse(headings);
  return {
    path,
    file: name,
    headings: Array.isArray(parsed) ? parsed.map(String) : [],
    ...(page === null ? {} : { page }),
    ...(line === null ? {} : { line }),
    text,
    score,
  };
}
