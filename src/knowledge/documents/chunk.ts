// A piece of a document, small enough for a model to embed.

import { bytesOf, bytesOfTokens } from "./text-tokens.ts";

export interface Chunk {
  /** As `Section.headings`. */
  readonly headings: readonly string[];
  readonly page?: number;
  /** Where it begins in the file; in Markdown, where its section does. */
  readonly line?: number;
  /** Never empty, and never more than the limit by the estimate of `tokensOf`. */
  readonly text: string;
}

/** A chunk's text under its headings, as it is embedded: a paragraph alone often doesn't say what it is about. At most half of it is headings. */
export function embeddedText({ headings, text }: Chunk, maxTokens: number): string {
  const room = Math.min(bytesOfTokens(maxTokens) / 2, bytesOfTokens(maxTokens) - bytesOf(text) - 2);
  const kept = [...headings];
  while (kept.length > 0 && bytesOf(kept.join(" > ")) > room) kept.shift();
  const path = kept.join(" > ");
  return path === "" ? text : `${path}\n\n${text}`;
}
