// Patterns of the manifest, matched in time that grows with the text only: what they are held against comes from outside.

import type { RE2JS } from "re2js";
import type { NamedPattern } from "../../manifest/manifest.ts";

export interface Pattern {
  readonly name: string;
  /** Where the first match is; undefined: nowhere. */
  readonly find: (text: string) => { readonly start: number; readonly end: number } | undefined;
  replaceAll(text: string, replacement: string): string;
}

let library: Promise<typeof RE2JS> | undefined;

/** The library is loaded with the first pattern: most agents have none. Rejects with what is wrong with a pattern. */
export async function compilePatterns(patterns: readonly NamedPattern[]): Promise<readonly Pattern[]> {
  if (patterns.length === 0) return [];
  library ??= import("re2js").then((module) => module.RE2JS);
  const re2 = await library;
  return patterns.map(({ name, pattern }) => compile(re2, name, pattern));
}

function compile(re2: typeof RE2JS, name: string, pattern: string): Pattern {
  const compiled = re2.compile(pattern);
  return {
    name,
    find: (text) => {
      const matcher = compiled.matcher(text);
      return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
    },
    replaceAll: (text, replacement) => compiled.matcher(text).replaceAll(replacement),
  };
}
