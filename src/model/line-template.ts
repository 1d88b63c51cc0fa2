// Reads the text out of a line that differs from an earlier one in nothing but that text: most lines of a streamed answer do, and parsing
// each as JSON is most of what relaying it costs.

export class LineTemplate {
  readonly #opening: string;
  #prefix = "";
  #suffix = "";

  /** @param key of the string that carries the text */
  constructor(key: string) {
    this.#opening = `${JSON.stringify(key)}:"`;
  }

  /** Takes over a line that was parsed: it carries `text` under the key, and nothing else that matters. */
  learn(line: string, text: string): void {
    this.#prefix = "";
    const field = `${this.#opening}${text}"`;
    const at = line.indexOf(field);
    if (text === "" || hasEscape(text) || at < 0 || at !== line.lastIndexOf(field)) return;
    this.#prefix = line.slice(0, at + this.#opening.length);
    this.#suffix = line.slice(at + field.length - 1);
  }

  /** The text of a line of the learned form; undefined when the line has to be parsed. */
  match(line: string): string | undefined {
    const { length } = line;
    if (this.#prefix === "" || length < this.#prefix.length + this.#suffix.length) return undefined;
    if (!line.startsWith(this.#prefix) || !line.endsWith(this.#suffix)) return undefined;
    const text = line.slice(this.#prefix.length, length - this.#suffix.length);
    return hasEscape(text) ? undefined : text;
  }
}

/** Whether JSON writes `text` otherwise than as it is, or it could end its string early. */
function hasEscape(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c || code < 0x20) return true;
  }
  return false;
}
