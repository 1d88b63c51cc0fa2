// What an index holds: an embedding model by its name, resolved anew for each call.

import { setTimeout as delay } from "node:timers/promises";
import { ModelError } from "../contract.ts";
import type { Link } from "../model-call.ts";
import { mayPass, retryWaitMs } from "../retrying-call.ts";
import { batchesOf } from "./batches.ts";
import { embedBatch, type EmbeddedBatch } from "./embed-batch.ts";
import type { EmbeddingModel, EmbeddingUsage } from "./embedding-model.ts";
import { unitVectors } from "./unit-vectors.ts";

export class LinkedEmbedding implements EmbeddingModel {
  readonly #resolve: () => Link;
  #dimension: number | undefined;

  /** @param resolve the link as declared now */
  constructor(resolve: () => Link) {
    this.#resolve = resolve;
  }

  get name(): string {
    return this.#resolve().model.name;
  }

  dimension(): number | undefined {
    return this.#dimension;
  }

  async embed(
    texts: readonly string[],
    signal: AbortSignal,
    onUsage?: (usage: EmbeddingUsage) => void,
  ): Promise<readonly Float32Array[]> {
    const link = this.#resolve();
    refuseEmpty(texts);
    const vectors: Float32Array[] = [];
    for (const batch of batchesOf(texts, link.endpoint.config.provider)) {
      const embedded = await embedNaming(link, batch, vectors.length, texts.length, signal);
      onUsage?.(embedded.usage);
      vectors.push(...unitVectors(link.model.name, embedded.vectors, batch.length, vectors[0]?.length));
    }
    this.#dimension = vectors[0]?.length ?? this.#dimension;
    return vectors;
  }
}

/** Servers differ in what they make of nothing: some fail for all that comes with it. */
function refuseEmpty(texts: readonly string[]): void {
  const at = texts.findIndex((text) => text.trim() === "");
  if (at < 0) return;
  throw new ModelError("refused", `Text ${at + 1} of ${texts.length} is empty: there is nothing to embed`, {
    status: 400,
  });
}

/** Says which text it was that is too long: of a batch, the provider does not. */
async function embedNaming(
  link: Link,
  batch: readonly string[],
  before: number,
  all: number,
  signal: AbortSignal,
): Promise<EmbeddedBatch> {
  try {
    return await embedRetrying(link, batch, signal);
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind !== "overflow") throw error;
    const at = batch.length === 1 ? 0 : await firstTooLong(link, batch, signal);
    const which = at === undefined ? "A text" : `Text ${before + at + 1} of ${all}${sizeText(batch[at])}`;
    throw new ModelError("overflow", `${which} is larger than the context of model "${link.model.name}"`, {
      cause: error,
      status: error.status,
    });
  }
}

function sizeText(text = ""): string {
  return ` (${Buffer.byteLength(text)} bytes)`;
}

async function firstTooLong(link: Link, batch: readonly string[], signal: AbortSignal): Promise<number | undefined> {
  for (const [at, text] of batch.entries()) {
    try {
      await embedRetrying(link, [text], signal);
    } catch (error) {
      if (error instanceof ModelError && error.kind === "overflow") return at;
      throw error;
    }
  }
  return undefined;
}

/** As chats are tried again: when the failure may pass, as often and as long as the endpoint says. */
async function embedRetrying(link: Link, batch: readonly string[], signal: AbortSignal): Promise<EmbeddedBatch> {
  const { retries, retryWithinMs } = link.endpoint.config;
  const giveUpAt = performance.now() + retryWithinMs;
  for (let failures = 1; ; failures++) {
    try {
      return await embedBatch(link, batch, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (failures > retries || !mayPass(error)) throw error;
      const waitMs = retryWaitMs(error.retryAfterS, failures, Math.random());
      if (performance.now() + waitMs > giveUpAt) throw error;
      await delay(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
