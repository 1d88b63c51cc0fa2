// A text in pieces that each fit, cut at the largest seams that do: paragraphs, then sentences and lines, then words, then characters.

import { bytesOf } from "./text-tokens.ts";

export interface TextPiece {
  /** With the blanks behind it: the pieces joined are the text. */
  readonly text: string;
  readonly bytes: number;
}

/** How a text falls apart, from the largest parts to the smallest. */
const seams: readonly ((text: string) => readonly string[])[] = [paragraphs, sentences, words];

/** Pieces of no more than `maxBytes`, but for blanks behind them. */
export function cutText(text: string, maxBytes: number): TextPiece[] {
  const pieces: TextPiece[] = [];
  cut(text, maxBytes, 0, pieces);
  return pieces;
}

function cut(text: string, maxBytes: number, level: number, pieces: TextPiece[]): void {
  const seam = seams[level];
  for (const part of seam === undefined ? slices(text, maxBytes) : seam(text)) {
    const bytes = bytesOf(part);
    if (bytes <= maxBytes || bytesOf(part.trimEnd()) <= maxBytes || seam === undefined)
      pieces.push({ text: part, bytes });
    else cut(part, maxBytes, level + 1, pieces);
  }
}

/** Between empty lines; a fenced block is one paragraph, whatever lines are in it. */
function paragraphs(text: string): string[] {
  const parts: string[] = [];
  let fence: string | undefined;
  let start = 0;
  let at = 0;
  let isBehindEmpty = false;
  while (at < text.length) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next + 1;
    const line = text.slice(at, Math.min(end, at + longestFence));
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const isEmpty = fence === undefined && end - at <= longestFence && line.trim() === "";
    if (fence === undefined && !isEmpty && (isBehindEmpty || (mark !== undefined && at > start))) {
      parts.push(text.slice(start, at));
      start = at;
    }
    if (mark !== undefined) fence = nextFence(fence, mark);
    isBehindEmpty = isEmpty;
    at = end;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

/** Of a line, what is looked at for a fence or for being empty. */
const longestFence = 200;

function nextFence(open: string | undefined, mark: string): string | undefined {
  if (open === undefined) return mark;
  return mark.startsWith(open.charAt(0)) && mark.length >= open.length ? undefined : open;
}

/** Behind the end of a line, or a mark that ends a sentence and what closes with it. */
function sentences(text: string): string[] {
  return splitBehind(text, /\n+|[.!?…]["'”’)\]]{0,3}[ \t]+|[。！？][”’」』）]{0,3}/g);
}

function words(text: string): string[] {
  return splitBehind(text, /\s+/g);
}

function splitBehind(text: string, seam: RegExp): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const { 0: found, index } of text.matchAll(seam)) {
    parts.push(text.slice(start, index + found.length));
    start = index + found.length;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

/** Between characters, never inside of one. */
function slices(text: string, maxBytes: number): string[] {
  const parts: string[] = [];
  let start = 0;
  let bytes = 0;
  let at = 0;
  for (const character of text) {
    const width = bytesOf(character);
    if (bytes + width > maxBytes) {
      parts.push(text.slice(start, at));
      start = at;
      bytes = 0;
    }
    bytes += width;
    at += character.length;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}
