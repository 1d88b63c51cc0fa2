// One agent's index while it is written.

import type { Database } from "bun:sqlite";
import { vectorExtension } from "../vector-extension.ts";
import { compactVectors, countBlocks } from "./compact-vectors.ts";
import { type IndexSettings, openIndex } from "./index-file.ts";
import { IndexRows } from "./index-rows.ts";

const wholeFact = "whole";

export class IndexStore {
  readonly rows: IndexRows;
  readonly dimensions: number;
  /** Why an index that was there is gone; undefined: it is there, or there was none. */
  readonly discarded: string | undefined;
  readonly #database: Database;

  private constructor(path: string, extension: string | undefined, settings: IndexSettings) {
    const { database, discarded } = openIndex(path, extension, settings);
    this.#database = database;
    this.dimensions = settings.dimensions;
    this.discarded = discarded;
    this.rows = new IndexRows(database, settings.dimensions > 0);
  }

  /** Rejects with what SQLite and the file system throw, and with a `KnowledgeError` where the vector search cannot be loaded. */
  static async open(path: string, stateDirectory: string, settings: IndexSettings): Promise<IndexStore> {
    const extension = settings.dimensions === 0 ? undefined : await vectorExtension(stateDirectory);
    return new IndexStore(path, extension, settings);
  }

  /** Whether all documents have been indexed once. */
  get isWhole(): boolean {
    return this.rows.fact(wholeFact) === "yes";
  }

  set isWhole(isWhole: boolean) {
    this.rows.setFact(wholeFact, isWhole ? "yes" : "no");
  }

  /** Of vectors: what a search reads. */
  blocks(): number {
    return countBlocks(this.#database);
  }

  async compact(signal: AbortSignal): Promise<void> {
    if (this.dimensions > 0) await compactVectors(this.#database, signal);
  }

  close(): void {
    this.#database.close();
  }
}
