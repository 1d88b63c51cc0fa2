// Reads printed text from its start on, and tells text that cannot be what is looked for from text that has only not ended yet.

/** What is there is not what is looked for, whatever follows. */
export class OtherText extends Error {
  override readonly name = "OtherText";
}

/** What is there may become what is looked for. */
export class TextEnded extends Error {
  override readonly name = "TextEnded";
}

const maxDepth = 64;

export class TextReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character. @throws {TextEnded} when there is none */
  peek(): string {
    const character = this.#text[this.#at];
    if (character === undefined) throw new TextEnded();
    return character;
  }

  space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  /** Takes `wanted` when it is next. @throws {TextEnded} when the text ends within it */
  takes(wanted: string): boolean {
    const rest = this.#text.slice(this.#at, this.#at + wanted.length);
    if (rest === wanted) {
      this.#at += wanted.length;
      return true;
    }
    if (rest.length < wanted.length && wanted.startsWith(rest)) throw new TextEnded();
    return false;
  }

  /** Takes the one that is next, if one is. @throws {TextEnded} when the text ends within one */
  takesAny(wanted: readonly string[]): void {
    const found = wanted.find((one) => this.starts(one));
    if (found !== undefined) this.#at += found.length;
    else if (!this.isAtEnd() && wanted.some((one) => one.startsWith(this.rest(one.length)))) throw new TextEnded();
  }

  starts(wanted: string): boolean {
    return this.#text.startsWith(wanted, this.#at);
  }

  /** What is next, at most so many characters. */
  rest(length: number): string {
    return this.#text.slice(this.#at, this.#at + length);
  }

  must(wanted: string): void {
    if (!this.takes(wanted)) throw new OtherText();
  }

  /** As many characters as match. */
  word(pattern: RegExp): string {
    const start = this.#at;
    while (pattern.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Everything up to `end`, which is taken too. */
  until(end: string): string {
    const at = this.#text.indexOf(end, this.#at);
    if (at < 0) throw new TextEnded();
    const found = this.#text.slice(this.#at, at);
    this.#at = at + end.length;
    return found;
  }

  nested<Value>(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new OtherText();
    const value = read();
    this.#depth -= 1;
    return value;
  }
}
