// The vector of a query. What somebody asks may be longer than an embedding model takes: its beginning says what it is about.

import type { Embedder } from "../contract.ts";
import { isTextRefused } from "./is-text-refused.ts";

/** In UTF-16 units; a model that refuses this refuses everything. */
const shortest = 64;

/** Asks with half as much until the model takes it. Rejects as the embedder does. */
export async function embedQuery(
  embedder: Embedder,
  prefix: string,
  query: string,
  signal: AbortSignal,
): Promise<Float32Array | undefined> {
  let asked = query;
  for (;;) {
    try {
      const [vector] = await embedder.embed([prefix + asked], signal);
      return vector;
    } catch (error) {
      if (!isTextRefused(error) || asked.length <= shortest) throw error;
      asked = asked.slice(0, asked.length / 2).toWellFormed();
    }
  }
}
