// Patterns of commands, word by word: a word stands for itself, `*` in it for any characters, `*` alone for any one word, and `**` at the end for the
// rest, which may be nothing. No other character means anything.

import { basename } from "node:path";

export type ArgvPattern = readonly string[];

/** All that follows. */
export const rest = "**";

export function matchesArgv(pattern: ArgvPattern, argv: readonly string[]): boolean {
  const isOpen = pattern.at(-1) === rest;
  const words = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? argv.length < words.length : argv.length !== words.length) return false;
  return words.every((word, index) => matchesWord(word, argv[index] ?? ""));
}

/**
 * As patterns of what may run match: where a pattern goes on with any characters after a slash, a word that climbs by `..` names another place
 * than the one that is written there.
 */
export function admitsArgv(pattern: ArgvPattern, argv: readonly string[]): boolean {
  if (!matchesArgv(pattern, argv)) return false;
  return pattern.every((word, index) => word === rest || !isPlaceIn(word) || climbs(argv[index] ?? "") <= climbs(word));
}

/** Whether a word begins with a place, and leaves open what there. */
function isPlaceIn(word: string): boolean {
  return /[/\\].*\*|\*.*[/\\]/s.test(word);
}

function climbs(word: string): number {
  return word.split(/[/\\=:,]/).filter((part) => part === "..").length;
}

/**
 * As patterns of what is denied match: a program without a folder means that program in whatever folder, and whatever its capitals are, for there
 * are file systems to which they are the same.
 */
export function isDeniedBy(pattern: ArgvPattern, argv: readonly string[]): boolean {
  const [program = "", ...words] = argv;
  const [denied = "", ...deniedWords] = pattern;
  const isByName = !denied.includes("/");
  const lower = [denied.toLowerCase(), ...deniedWords];
  const named = isByName ? basename(program.replaceAll("\\", "/")) : program;
  return matchesArgv(pattern, argv) || matchesArgv(lower, [named.toLowerCase().replace(/\.exe$/, ""), ...words]);
}

/** Whether `wide` matches whatever `narrow` does, as far as that can be seen word by word. */
export function coversPattern(wide: ArgvPattern, narrow: ArgvPattern): boolean {
  if (wide.at(-1) !== rest) return narrow.at(-1) !== rest && wide.length === narrow.length && coverWords(wide, narrow);
  const words = wide.slice(0, -1);
  return narrow.length - (narrow.at(-1) === rest ? 1 : 0) >= words.length && coverWords(words, narrow);
}

function coverWords(wide: readonly string[], narrow: readonly string[]): boolean {
  return wide.every((word, index) => matchesWord(word, narrow[index] ?? ""));
}

/** In steps that grow with the product of the lengths, whatever both are. */
function matchesWord(pattern: string, word: string): boolean {
  let [p, w, star, mark] = [0, 0, -1, 0];
  while (w < word.length) {
    if (pattern[p] === "*") [star, mark, p] = [p, w, p + 1];
    else if (pattern[p] === word[w]) [p, w] = [p + 1, w + 1];
    else if (star === -1) return false;
    else [p, mark, w] = [star + 1, mark + 1, mark + 1];
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}

/** As a person reads it: words with anything unusual in them stand in quotes, so that no two commands look the same. */
export function formatArgv(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./*-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}
