// One agent's index while it is open: a connection that writes, and one that searches beside it.

import type { Database } from "bun:sqlite";
import type { FoundPassage } from "../contract.ts";
import { vectorExtension } from "../vector-extension.ts";
import { compactVectors, countBlocks } from "./compact-vectors.ts";
import { type IndexSettings, openForSearch, openIndex } from "./index-file.ts";
import { IndexRows } from "./index-rows.ts";
import { IndexSearch } from "./index-search.ts";

const wholeFact = "whole";

export class IndexStore {
  readonly rows: IndexRows;
  readonly dimensions: number;
  /** Why an index that was there is gone; undefined: it is there, or there was none. */
  readonly discarded: string | undefined;
  readonly #path: string;
  readonly #extension: string;
  readonly #database: Database;
  #search: IndexSearch | undefined;

  private constructor(path: string, extension: string, settings: IndexSettings) {
    const { database, discarded } = openIndex(path, extension, settings);
    this.#path = path;
    this.#extension = extension;
    this.#database = database;
    this.dimensions = settings.dimensions;
    this.discarded = discarded;
    this.rows = new IndexRows(database);
  }

  /** Rejects with what SQLite and the file system throw, and with a `KnowledgeError` where there is no vector search. */
  static async open(path: string, stateDirectory: string, settings: IndexSettings): Promise<IndexStore> {
    return new IndexStore(path, await vectorExtension(stateDirectory), settings);
  }

  /** Whether all documents have been indexed once. */
  get isWhole(): boolean {
    return this.rows.fact(wholeFact) === "yes";
  }

  set isWhole(isWhole: boolean) {
    this.rows.setFact(wholeFact, isWhole ? "yes" : "no");
  }

  /** The connection that searches is made with the first search. */
  find(query: string, vector: Float32Array, count: number): readonly FoundPassage[] {
    this.#search ??= new IndexSearch(openForSearch(this.#path, this.#extension));
    return this.#search.find(query, vector, count);
  }

  /** Of vectors: what a search reads. */
  blocks(): number {
    return countBlocks(this.#database);
  }

  compact(signal: AbortSignal): Promise<void> {
    return compactVectors(this.#database, signal);
  }

  /** Gives back the memory that writing took: more than a megabyte for each agent. */
  rest(): void {
    this.#database.run("PRAGMA shrink_memory");
  }

  close(): void {
    this.#search?.close();
    this.#database.close();
  }
}
