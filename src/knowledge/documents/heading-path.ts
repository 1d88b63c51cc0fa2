// The headings that a text stands under, as they come by in a document.

/** What is shown and searched of one heading, in characters. */
const mostCharacters = 200;

export class HeadingPath {
  #open: { readonly level: number; readonly text: string }[] = [];

  /** @param title stands in for the first heading until there is one */
  constructor(title?: string) {
    if (title !== undefined) this.enter(1, title);
  }

  /** A heading ends those of its level and below it. One without text only ends others. */
  enter(level: number, text: string): void {
    this.#open = this.#open.filter((other) => other.level < level);
    const shown = headingText(text);
    if (shown !== "") this.#open.push({ level, text: shown });
  }

  current(): readonly string[] {
    return this.#open.map(({ text }) => text);
  }
}

/** In one line, and not endless. */
export function headingText(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= mostCharacters
    ? line
    : `${line
        .slice(0, mostCharacters - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, "")}…`;
}
