// What the knowledge of an agent works with, and what it tells of itself.

/** One embedding model. */
export interface Embedder {
  /** As the manifest names it. */
  readonly name: string;
  /** One vector of length 1 for each text, all of as many numbers. Rejects with a `ModelError`, or the signal's reason. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}

/** A part of a document, as it is indexed and found. */
export interface IndexedPassage {
  readonly headings: readonly string[];
  /** From 1, where the document has pages. */
  readonly page?: number;
  /** From 1, where it begins in the file. */
  readonly line?: number;
  readonly text: string;
}

export interface FoundPassage extends IndexedPassage {
  /** Absolute. */
  readonly path: string;
  /** The file as it is cited. */
  readonly file: string;
  /** Higher is better; of one search only. */
  readonly score: number;
}

export interface KnowledgeStatus {
  /** Name of the embedding model. */
  readonly model: string;
  /** `starting`: nothing is known yet. `indexing`: documents are waiting. */
  readonly state: "starting" | "indexing" | "ready" | "degraded";
  /** That can be found. */
  readonly documents: number;
  readonly passages: number;
  /** Documents that wait to be indexed. */
  readonly waiting: number;
  /** Documents that could not be read. */
  readonly failed: number;
  /** Why it is degraded. */
  readonly reason?: string;
  /** What is not as it should be, and keeps nobody from searching. */
  readonly notes: readonly string[];
}

export interface IndexedDocument {
  /** As it is cited. */
  readonly file: string;
  readonly path: string;
  readonly passages: number;
  /** Why it could not be read. */
  readonly error?: string;
  /** When that was found, or when it was indexed; ms since 1970. */
  readonly atMs: number;
}

/** What is wrong with the index as a whole, in words for its operator. */
export class KnowledgeError extends Error {
  override readonly name = "KnowledgeError";
}
