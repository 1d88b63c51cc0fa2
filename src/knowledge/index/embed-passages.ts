// Vectors for the passages of one document: those that are known are taken, the others asked for in small batches, and kept as they come.

import type { Embedder, IndexedPassage } from "../contract.ts";
import type { IndexRows, NewPassage } from "../store/index-rows.ts";
import { embeddedText } from "../documents/chunk.ts";
import { hashOf } from "./hash-of.ts";

/** Few: a chat on the same endpoint waits for one batch at most. */
const batchPassages = 8;

export interface EmbedPorts {
  readonly embedder: Embedder;
  readonly prefix: string;
  /** Longest text with its headings. */
  readonly chunkTokens: number;
  /** 0: no vectors are wanted, and the model is asked for none. */
  readonly dimensions: number;
  readonly rows: IndexRows;
}

export interface EmbeddedPassages {
  readonly passages: readonly NewPassage[];
  /** How many the model was asked for. */
  readonly asked: number;
}

/** Rejects as the embedder does, with what came before kept. */
export async function embedPassages(
  passages: readonly IndexedPassage[],
  { embedder, prefix, chunkTokens, dimensions, rows }: EmbedPorts,
  signal: AbortSignal,
): Promise<EmbeddedPassages> {
  const keyed = passages.map((passage) => {
    const text = prefix + embeddedText(passage, chunkTokens);
    return { passage, text, hash: hashOf(text) };
  });
  if (dimensions === 0) {
    const none = new Float32Array(0);
    return { passages: keyed.map(({ passage, hash }) => ({ ...passage, hash, vector: none })), asked: 0 };
  }
  const vectors = new Map<string, Float32Array>();
  const missing = new Map<string, string>();
  for (const { text, hash } of keyed) {
    const known = vectors.get(hash) ?? rows.vectorOf(hash);
    if (known === undefined) missing.set(hash, text);
    else vectors.set(hash, known);
  }
  const asked = [...missing];
  for (let at = 0; at < asked.length; at += batchPassages) {
    const batch = asked.slice(at, at + batchPassages);
    const found = await embedder.embed(
      batch.map(([, text]) => text),
      signal,
    );
    signal.throwIfAborted();
    const kept = new Map(batch.map(([hash], index) => [hash, checked(found[index], dimensions, embedder.name)]));
    rows.keepVectors(kept);
    for (const [hash, vector] of kept) vectors.set(hash, vector);
  }
  const embedded = keyed.map(({ passage, hash }) => ({ ...passage, hash, vector: known(vectors, hash) }));
  return { passages: embedded, asked: asked.length };
}

function checked(vector: Float32Array | undefined, dimensions: number, model: string): Float32Array {
  if (vector?.length === dimensions) return vector;
  throw new Error(`Model "${model}" gave a vector of ${vector?.length ?? 0} numbers, and ${dimensions} before`);
}

function known(vectors: ReadonlyMap<string, Float32Array>, hash: string): Float32Array {
  const vector = vectors.get(hash);
  if (vector === undefined) throw new Error("A passage was left without its vector");
  return vector;
}
