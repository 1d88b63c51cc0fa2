// The words of a query that are worth looking up: rare ones tell passages apart, and common ones cost the most to follow.

import type { Database } from "bun:sqlite";

const maxWords = 32;
/** Occurrences that are followed for one search. */
const maxOccurrences = 8_000;
/** A word in that many passages is not looked up again for a while. */
const commonFrom = 4_000;
const maxRemembered = 2_000;

/** Words that were found to be common, so that nobody counts them again. */
export class CommonWords {
  readonly #words = new Set<string>();

  has(word: string): boolean {
    return this.#words.has(word);
  }

  add(word: string): void {
    if (this.#words.size >= maxRemembered) this.#words.clear();
    this.#words.add(word);
  }
}

export interface QueryWord {
  readonly word: string;
  /** That it is in. */
  readonly passages: number;
}

/** The rarest first. */
export function queryWords(query: string, database: Database, common: CommonWords): readonly QueryWord[] {
  const count = database.query<{ doc: number }, [string]>("SELECT doc FROM word_counts WHERE term = ?");
  const counted = wordsOf(query)
    .filter((word) => !common.has(word))
    .map((word) => ({ word, passages: count.get(word)?.doc ?? 0 }))
    .filter(({ passages }) => passages > 0)
    .sort((a, b) => a.passages - b.passages);
  let occurrences = 0;
  return counted.filter(({ word, passages }) => {
    if (passages >= commonFrom) common.add(word);
    occurrences += passages;
    return occurrences <= maxOccurrences;
  });
}

/** Folded as the index folds them. */
export function wordsOf(text: string): readonly string[] {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return [...new Set(folded.match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, maxWords);
}
