// An action as an approver reads it: every character shows itself, so that nothing of it can look like something else.

/** More than this cannot be shown whole to a person who decides. */
export const maxShownLength = 4_000;

/**
 * One line of printable ASCII, from which the text can be had back: `\u{…}` stands for a character that is none (a letter of another script, a
 * control character, a line's end), for a space that does not stand between two words, and `\\` for a backslash.
 */
export function exactText(text: string): string {
  const characters = Array.from(text);
  return characters.map((character, index) => shown(character, characters[index - 1], characters[index + 1])).join("");
}

function shown(character: string, before: string | undefined, after: string | undefined): string {
  if (character === "\\") return "\\\\";
  const isPlain = character === " " ? isWord(before) && isWord(after) : isWord(character);
  return isPlain ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^[!-~]$/.test(character);
}
