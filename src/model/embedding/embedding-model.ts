// The contract between what is to be found by its meaning and whatever turns text into vectors.

export interface EmbeddingModel {
  /** As the manifest names it. */
  readonly name: string;
  /**
   * One vector of length 1 for each text, in their order. Many texts are sent in batches, each of which takes its turn at the endpoint.
   * @param onUsage told of each batch's tokens
   * @throws {ModelError} `overflow` for a text that is too long: nothing is ever cut; `refused` for a model that does not embed,
   * and with status 400 for an empty text; or the
   * signal's reason, at once
   */
  embed(
    texts: readonly string[],
    signal: AbortSignal,
    onUsage?: (usage: EmbeddingUsage) => void,
  ): Promise<readonly Float32Array[]>;
  /** Numbers in each vector of the latest call, all alike; undefined until there was one. Whoever replaces the model behind the name may change it. */
  dimension(): number | undefined;
}

export interface EmbeddingUsage {
  readonly inputTokens: number;
  /** True when the provider reported no count and it was guessed from the texts' length. */
  readonly estimated: boolean;
  /** By the manifest's prices; absent: not known. */
  readonly cost?: { readonly amount: number; readonly currency: string };
}
