// An embedding model for tests: deterministic, counted, and broken on demand.

import type { Embedder } from "../../../src/knowledge/contract.ts";
import { wordVector } from "./word-vector.ts";

export interface ScriptedEmbedder extends Embedder {
  /** Every text that it was asked for. */
  readonly asked: string[];
  /** Called before each answer; what it throws or rejects with is the answer. */
  before: (texts: readonly string[]) => Promise<void> | void;
}

export function scriptedEmbedder(dimensions = 64): ScriptedEmbedder {
  const embedder: ScriptedEmbedder = {
    name: "embed",
    asked: [],
    before: () => undefined,
    embed: async (texts, signal) => {
      signal.throwIfAborted();
      await embedder.before(texts);
      embedder.asked.push(...texts);
      return texts.map((text) => wordVector(text, dimensions));
    },
  };
  return embedder;
}
