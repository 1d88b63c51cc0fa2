// The index of one agent over its life: filled in the background, followed by looks at the documents, and searched. What goes wrong is told, and
// tried again with growing pauses.

import { existsSync } from "node:fs";
import { backoff } from "../../host/backoff.ts";
import { isBroken } from "../../host/broken-database.ts";
import type { KnowledgeConfig } from "../../manifest/knowledge/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { Embedder, FoundPassage, IndexedDocument, IndexedPassage, KnowledgeStatus } from "../contract.ts";
import { KnowledgeError } from "../contract.ts";
import { discardIndex, type IndexSettings } from "../store/index-file.ts";
import { IndexReader } from "../store/index-reader.ts";
import type { IndexRows } from "../store/index-rows.ts";
import { IndexStore } from "../store/index-store.ts";
import type { FoundFile } from "../files/find-files.ts";
import type { DocumentOutcome } from "./index-document.ts";
import { indexPass } from "./index-pass.ts";
import { IndexStatus } from "./index-status.ts";
import { embedQuery } from "./embed-query.ts";
import { isTextRefused } from "./is-text-refused.ts";
import { pause } from "./pause.ts";
import { probeText } from "./probe-text.ts";
import type { Turns } from "./turns.ts";

/** What an index is of. */
export interface KnowledgeSubject {
  readonly config: KnowledgeConfig;
  /** Absolute: files below are cited as from here. */
  readonly folder: string;
  readonly embedder: Embedder;
  /** Provider, address and name of the embedding model: another one makes other vectors. */
  readonly modelIdentity: string;
}

export interface KnowledgeIndexPorts {
  /** Of the database; absolute. */
  readonly path: string;
  readonly stateDirectory: string;
  /** Of documents to be indexed, whosever. */
  readonly turns: Turns;
  readonly read: (path: string, config: KnowledgeConfig, signal: AbortSignal) => Promise<readonly IndexedPassage[]>;
  /** Documents were indexed, or forgotten. Must not throw. */
  readonly onIndexed?: () => void;
  readonly log: Logger;
  /** Until then somebody else may have the database. */
  readonly after?: Promise<void>;
  /** Why vectors cannot be searched by this executable, whatever is tried: documents are found by words alone then. */
  readonly noVectors?: string;
  /** Pauses between tries; default 1 s, doubling to 30 s. */
  readonly firstPauseMs?: number;
}

const longestPauseMs = 30_000;
const maxQueryChars = 2_000;

export class KnowledgeIndex {
  readonly #ports: KnowledgeIndexPorts;
  readonly #log: Logger;
  readonly #status: IndexStatus;
  readonly #reader: IndexReader;
  #subject: KnowledgeSubject;
  /** What the index is made with; undefined: the model is to be asked, for nobody did, or something failed since. */
  #settings: IndexSettings | undefined;
  #running: { readonly end: AbortController; readonly done: Promise<void> };
  #pauseEnd = new AbortController();

  constructor(subject: KnowledgeSubject, ports: KnowledgeIndexPorts) {
    this.#subject = subject;
    this.#ports = ports;
    this.#log = ports.log;
    this.#status = new IndexStatus(subject.config.model, ports.log);
    this.#reader = new IndexReader(ports);
    this.#running = this.#start(ports.after ?? Promise.resolve());
  }

  /** Takes over another configuration; the same agent's. */
  use(subject: KnowledgeSubject): void {
    this.#subject = subject;
    this.#settings = undefined;
    this.#status.forget(subject.config.model);
    const before = this.#running;
    before.end.abort(new Error("The agent's knowledge has changed"));
    this.#running = this.#start(before.done);
  }

  status(): KnowledgeStatus {
    return this.#status.current;
  }

  /** Resolves when it is known whether it can be searched. Rejects with the signal's reason. */
  known(signal: AbortSignal): Promise<void> {
    return this.#status.known(signal);
  }

  /** Calls `listener` when its status is another one. Returns what ends that. */
  onChange(listener: () => void): () => void {
    return this.#status.onChange(listener);
  }

  /** Rejects with a `KnowledgeError` that says why it cannot be searched now, or with the signal's reason. */
  async search(query: string, count: number, signal: AbortSignal): Promise<readonly FoundPassage[]> {
    await this.known(signal);
    const { config, embedder } = this.#subject;
    const asked = query.slice(0, maxQueryChars).toWellFormed();
    if (asked.trim() === "") return [];
    try {
      const isByWords = this.#ports.noVectors !== undefined;
      const vector = isByWords ? undefined : await embedQuery(embedder, config.queryPrefix, asked, signal);
      const { dimensions } = this.#settings ?? {};
      if (dimensions === undefined) throw new KnowledgeError(this.status().reason ?? "The index is being opened");
      if ((vector?.length ?? 0) !== dimensions)
        throw new KnowledgeError(`Model "${embedder.name}" gives other vectors than before`);
      return await this.#reader.find(asked, vector, count);
    } catch (error) {
      signal.throwIfAborted();
      // Whoever asks must not be able to take its documents from an agent by what it asks.
      if (!isTextRefused(error)) {
        this.#fails(error);
        this.#pauseEnd.abort();
      }
      throw new KnowledgeError(textOf(error), { cause: error });
    }
  }

  /** At most `limit`, by name; none while there is no index. Rejects with a `KnowledgeError`. */
  async documents(limit: number): Promise<readonly IndexedDocument[]> {
    if (!existsSync(this.#ports.path)) return [];
    try {
      return await this.#reader.documents(limit);
    } catch (cause) {
      throw new KnowledgeError(textOf(cause), { cause });
    }
  }

  /** Throws away what is indexed, and indexes it again. Resolves when it is gone. Rejects with what the file system throws. */
  async makeAnew(): Promise<void> {
    const before = this.#running;
    before.end.abort(new Error("The index is made anew"));
    const gone = before.done.then(() => {
      this.#reader.close();
      discardIndex(this.#ports.path);
    });
    this.#running = this.#start(gone.catch(() => undefined));
    await gone;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#running.end.abort(new Error("The agent's knowledge is closed"));
    await this.#running.done;
    this.#status.close();
    this.#reader.close();
  }

  #start(after: Promise<void>): { readonly end: AbortController; readonly done: Promise<void> } {
    const end = new AbortController();
    return { end, done: after.then(() => this.#run(end.signal)) };
  }

  /** Until it is ended. Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    const pauses = backoff(this.#ports.firstPauseMs ?? 1_000, longestPauseMs);
    this.#settings = undefined;
    const isEnded = () => signal.aborted;
    while (!isEnded()) {
      this.#pauseEnd = new AbortController();
      let pauseMs = this.#subject.config.rescanMs;
      try {
        await this.#passOnce(signal);
        pauses.reset();
      } catch (error) {
        if (isEnded()) return;
        this.#fails(error);
        pauseMs = pauses.next();
      }
      await pause(pauseMs, AbortSignal.any([signal, this.#pauseEnd.signal]));
    }
  }

  /** The index is open only as long as it is written. */
  async #passOnce(signal: AbortSignal): Promise<void> {
    const settings = (this.#settings ??= await this.#askSettings(signal));
    const { path, stateDirectory } = this.#ports;
    const store = await IndexStore.open(path, stateDirectory, settings);
    try {
      if (store.discarded !== undefined) {
        this.#reader.close();
        this.#log.warn("The index of documents is made anew", { reason: store.discarded });
      }
      this.#works({ ...store.rows.counts(), state: store.isWhole ? "ready" : "indexing" });
      await this.#pass(store, signal);
    } finally {
      store.close();
    }
  }

  /** Asks the model for a vector: only then is it known how long they are, and that there are any. */
  async #askSettings(signal: AbortSignal): Promise<IndexSettings> {
    const { config, embedder, modelIdentity } = this.#subject;
    const { chunkTokens, overlapTokens, documentPrefix } = config;
    if (this.#ports.noVectors !== undefined) {
      this.#log.warn("Documents are found by words alone", { reason: this.#ports.noVectors });
      return { model: "", dimensions: 0, chunkTokens, overlapTokens, documentPrefix };
    }
    const [vector] = await embedder.embed([probeText], signal);
    signal.throwIfAborted();
    const dimensions = vector?.length ?? 0;
    if (dimensions === 0) throw new KnowledgeError(`Model "${embedder.name}" gives no embeddings`);
    return { model: modelIdentity, dimensions, chunkTokens, overlapTokens, documentPrefix };
  }

  async #pass(store: IndexStore, signal: AbortSignal): Promise<void> {
    const { rows, dimensions } = store;
    const { config, folder, embedder } = this.#subject;
    const startedAt = performance.now();
    const { changed, removed } = await indexPass(
      {
        rows,
        embedder,
        dimensions,
        prefix: config.documentPrefix,
        chunkTokens: config.chunkTokens,
        wanted: { ...config, folder, closed: this.#ports.stateDirectory },
        read: (path, ended) => this.#ports.read(path, config, ended),
        isRefusal: isTextRefused,
        now: Date.now,
        inTurn: (work, ended) => this.#ports.turns.take(work, ended),
        onFound: ({ waiting, notes }) => this.#found(store, waiting, notes),
        onDocument: (file, outcome, waiting) => this.#document(rows, file, outcome, waiting),
      },
      signal,
    );
    if (changed + removed > 0) {
      await store.compact(signal);
      const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
      this.#log.info("Documents are indexed", { ...rows.counts(), changed, removed, seconds });
      this.#ports.onIndexed?.();
    }
    if (!store.isWhole) store.isWhole = true;
    this.#works({ ...rows.counts(), waiting: 0, state: "ready" });
  }

  #found(store: IndexStore, waiting: number, others: readonly string[]): void {
    const { noVectors } = this.#ports;
    const notes = noVectors === undefined ? others : [`documents are found by words alone: ${noVectors}`, ...others];
    if (waiting > 0) this.#log.info("Documents are being indexed", { waiting });
    const { notes: said } = this.status();
    for (const note of others) if (!said.includes(note)) this.#log.warn("Documents are left out", { note });
    this.#works({ ...store.rows.counts(), waiting, notes, state: waiting > 0 ? "indexing" : "ready" });
  }

  #document(rows: IndexRows, { name }: FoundFile, outcome: DocumentOutcome, waiting: number): void {
    if (outcome.type === "failed") this.#log.warn("A document is left out", { file: name, reason: outcome.reason });
    if (outcome.type === "indexed") {
      const { passages, embedded } = outcome;
      this.#log.debug("A document is indexed", { file: name, passages, embedded, waiting });
    }
    this.#works({ ...rows.counts(), waiting, state: "indexing" });
  }

  /** Nothing is well again before the model was asked. */
  #works(change: Parameters<IndexStatus["works"]>[0]): void {
    if (this.#settings !== undefined) this.#status.works(change);
  }

  #fails(error: unknown): void {
    const reason = textOf(error);
    if (isBroken(error)) {
      this.#log.error("The index of documents is broken: it is made anew", { reason });
      this.#reader.close();
      discardIndex(this.#ports.path);
    }
    this.#settings = undefined;
    this.#status.fails(reason);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
