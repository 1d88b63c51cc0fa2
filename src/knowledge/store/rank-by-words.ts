// The order of passages by the words that they share with a query: the rarer a word, the more it says. Full-text search has a rank of its own, but
// needs the place of each occurrence for it, which would more than double the index. Passages are all about as long: that they hold a word is enough.

export interface WeightedWord {
  readonly weight: number;
  /** Ids of the passages that hold it. */
  readonly passages: readonly number[];
}

/**
 * Of the best passage's weight, what another must have: the fusion sees places, not weights, and a passage that shares only "the" with a query
 * would be as good as second.
 */
const leastShare = 1 / 4;

/** Of a word that is in `passages` of `all`; never quite 0. */
export function wordWeight(passages: number, all: number): number {
  return Math.log(1 + (Math.max(0, all - passages) + 0.5) / (passages + 0.5));
}

/** Ids, the best first; of equals the lowest. */
export function rankByWords(words: readonly WeightedWord[]): readonly number[] {
  const weights = new Map<number, number>();
  for (const { weight, passages } of words) {
    for (const id of passages) weights.set(id, (weights.get(id) ?? 0) + weight);
  }
  let most = 0;
  for (const weight of weights.values()) most = Math.max(most, weight);
  return [...weights]
    .filter(([, weight]) => weight >= most * leastShare)
    .sort(([idA, weightA], [idB, weightB]) => weightB - weightA || idA - idB)
    .map(([id]) => id);
}
