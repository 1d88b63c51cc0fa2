// Holds an answer against patterns while it streams: its newest text is kept back until nothing that may begin there can match.

import type { Pattern } from "./pattern.ts";

/** Longest match that is found wherever it is cut by chunks, in UTF-16 code units. */
export const longestMatch = 256;

export class AnswerFilter {
  readonly #patterns: readonly Pattern[];
  #held = "";
  /** Some of what was let go, for matches that look back (`\\b`). */
  #before = "";

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
  }

  /** What may be sent now; with the name of the pattern that the answer matches there, nothing more may be. */
  push(text: string): { readonly text: string; readonly denied?: string } {
    this.#held += text;
    const seen = this.#before + this.#held;
    for (const { name, find } of this.#patterns) {
      const match = find(seen);
      if (match === undefined || match.end <= this.#before.length) continue;
      return { denied: name, text: this.#release(Math.max(0, match.start - this.#before.length)) };
    }
    const free = safeCut(this.#held, this.#held.length - longestMatch);
    return { text: this.#release(free) };
  }

  /** The rest of an answer that has ended. */
  end(): string {
    return this.#release(this.#held.length);
  }

  #release(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    this.#before = (this.#before + text).slice(-1);
    return text;
  }
}

/** Not between the halves of one character. */
function safeCut(text: string, length: number): number {
  if (length <= 0) return 0;
  const code = text.charCodeAt(length);
  return code >= 0xdc00 && code <= 0xdfff ? length - 1 : length;
}
