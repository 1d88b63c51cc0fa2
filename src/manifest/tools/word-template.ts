// Words with `{{name}}` in them.

/** Names of arguments, in their order. */
export function namesIn(word: string): readonly string[] {
  return [...word.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map(([, name = ""]) => name);
}

/** Each `{{name}}` replaced by what `value` says, taken literally. */
export function fillWord(word: string, value: (name: string) => string): string {
  return word.replaceAll(/\{\{\s*([^{}]*?)\s*\}\}/g, (_, name: string) => value(name));
}
