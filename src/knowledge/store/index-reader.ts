// The connection that searches an index: made with the first search, given back when nobody has searched for a while. At rest an agent's documents take
// no memory.

import type { FoundPassage, IndexedDocument } from "../contract.ts";
import { vectorExtension } from "../vector-extension.ts";
import { openForSearch } from "./index-file.ts";
import { IndexSearch } from "./index-search.ts";

const restAfterMs = 30_000;

export interface IndexReaderPorts {
  /** Of the database; absolute. */
  readonly path: string;
  readonly stateDirectory: string;
  readonly restAfterMs?: number;
}

export class IndexReader {
  readonly #ports: IndexReaderPorts;
  #search: IndexSearch | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** Counts closings: what was being opened before is of another database. */
  #era = 0;

  constructor(ports: IndexReaderPorts) {
    this.#ports = ports;
  }

  /** Without a vector by words alone. Rejects with what SQLite throws, and with a `KnowledgeError` where the vector search cannot be loaded. */
  async find(query: string, vector: Float32Array | undefined, count: number): Promise<readonly FoundPassage[]> {
    return (await this.#opened()).find(query, vector, count);
  }

  /** At most `limit`, by name. Rejects likewise. */
  async documents(limit: number): Promise<readonly IndexedDocument[]> {
    return (await this.#opened()).documents(limit);
  }

  /** May be used again. */
  close(): void {
    this.#era += 1;
    clearTimeout(this.#rest);
    this.#search?.close();
    this.#search = undefined;
  }

  async #opened(): Promise<IndexSearch> {
    const era = this.#era;
    const extension = await vectorExtension(this.#ports.stateDirectory);
    if (era !== this.#era) return this.#opened();
    this.#search ??= new IndexSearch(openForSearch(this.#ports.path, extension));
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.close(), this.#ports.restAfterMs ?? restAfterMs);
    return this.#search;
  }
}
