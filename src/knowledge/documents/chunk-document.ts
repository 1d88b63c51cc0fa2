// Cuts a document for embedding: along its headings first, then between paragraphs, sentences, words, and last of all characters.

import type { Chunk } from "./chunk.ts";
import { cutText, type TextPiece } from "./cut-text.ts";
import type { Document } from "./document.ts";
import { spokenSections } from "./spoken-sections.ts";
import { bytesOf, bytesOfTokens } from "./text-tokens.ts";

export interface ChunkOptions {
  /** Of a chunk's text, by the estimate of `tokensOf`; at least 16. */
  readonly maxTokens: number;
  /** How much of the text before it a chunk begins with, within a section; less than half of `maxTokens`. */
  readonly overlap: number;
}

/**
 * Every word of the document is in a chunk, in its order. No chunk reaches over a heading or a page, however little is under it: it is cited
 * by its heading. Pure.
 * @throws {RangeError} for options that are none
 */
export function chunkDocument(document: Document, { maxTokens, overlap }: ChunkOptions): readonly Chunk[] {
  if (!(maxTokens >= 16 && overlap >= 0 && overlap < maxTokens / 2)) {
    throw new RangeError(`Chunks of ${maxTokens} tokens with an overlap of ${overlap} cannot be made`);
  }
  const maxBytes = bytesOfTokens(maxTokens);
  const overlapBytes = bytesOfTokens(overlap);
  return spokenSections(document.sections).flatMap((section): Chunk[] => {
    const { headings, page, line, isVerbatim } = section;
    const place = { headings, ...(page === undefined ? {} : { page }) };
    let counted = 0;
    let at = 0;
    return chunksOf(cutText(section.text, maxBytes), maxBytes, overlapBytes).map(({ text, start }) => {
      counted += isVerbatim === true ? linesIn(section.text, at, start) : 0;
      at = start;
      return { ...place, ...(line === undefined ? {} : { line: line + counted }), text };
    });
  });
}

interface PlacedText {
  readonly text: string;
  /** Where it begins in the section, in UTF-16 units. */
  readonly start: number;
}

/** Fills each chunk with as many pieces as go in, after the end of the one before. */
function chunksOf(pieces: readonly TextPiece[], maxBytes: number, overlapBytes: number): PlacedText[] {
  const chunks: PlacedText[] = [];
  let text = "";
  let bytes = 0;
  let start = 0;
  let end = 0;
  let isNew = false;
  const close = () => {
    const trimmed = text.trim();
    if (isNew && trimmed !== "") chunks.push({ text: trimmed, start: start + text.length - text.trimStart().length });
  };
  for (const piece of pieces) {
    if (bytes + bytesOf(piece.text.trimEnd()) > maxBytes) {
      close();
      text = tail(text, Math.min(overlapBytes, maxBytes - piece.bytes));
      bytes = bytesOf(text);
      start = end - text.length;
      isNew = false;
    }
    text += piece.text;
    bytes += piece.bytes;
    end += piece.text.length;
    isNew ||= piece.text.trim() !== "";
  }
  close();
  return chunks;
}

/** The last words of a text, in no more than so many bytes. */
function tail(text: string, maxBytes: number): string {
  if (maxBytes <= 0) return "";
  let from = Math.max(0, text.length - maxBytes);
  while (bytesOf(text.slice(from)) > maxBytes)
    from += Math.max(1, Math.floor((bytesOf(text.slice(from)) - maxBytes) / 3));
  if (from === 0) return text;
  const word = /\s\S/g;
  word.lastIndex = from - 1;
  const found = word.exec(text);
  return found === null ? "" : text.slice(found.index + 1);
}

/** Of a stretch of the text; a text without line breaks is not searched to its end for each. */
function linesIn(text: string, from: number, to: number): number {
  return text.slice(from, to).split("\n").length - 1;
}
