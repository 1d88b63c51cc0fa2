// Texts in batches: large enough to be worth a request, small enough that chats at the same endpoint get their turn in between.

import type { ProviderName } from "../../manifest/manifest.ts";

interface BatchSize {
  readonly texts: number;
  readonly bytes: number;
}

/** A machine of ours works on a few seconds of text at most; servers elsewhere take what their APIs say. */
const own: BatchSize = { texts: 8, bytes: 12 * 1024 };
const remote: BatchSize = { texts: 64, bytes: 256 * 1024 };

/** In their order; a text that is larger than a batch may be is alone in one. */
export function batchesOf(texts: readonly string[], provider: ProviderName): readonly (readonly string[])[] {
  const size = provider === "openai" ? remote : own;
  const batches: string[][] = [];
  let batch: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const more = Buffer.byteLength(text);
    if (batch.length > 0 && (batch.length >= size.texts || bytes + more > size.bytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += more;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
