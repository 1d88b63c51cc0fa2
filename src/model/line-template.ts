// Reads the text out of a line that differs from an earlier one in nothing but that text, and one value before it that says nothing: most lines
// of a streamed answer do, and parsing each as JSON is most of what relaying it costs.

export class LineTemplate {
  readonly #opening: string;
  readonly #varyingOpening: string | undefined;
  #start = "";
  /** From the end of the varying value to the text. */
  #middle = "";
  #end = "";

  /**
   * @param key of the string that carries the text
   * @param varyingKey of a string before it that may differ from line to line: a time, say
   */
  constructor(key: string, varyingKey?: string) {
    this.#opening = opening(key);
    this.#varyingOpening = varyingKey === undefined ? undefined : opening(varyingKey);
  }

  /** Takes over a line that was parsed: it carries `text` under the key, and nothing else that matters. */
  learn(line: string, text: string): void {
    if (text === "" || hasEscape(text)) return;
    this.#start = "";
    this.#middle = "";
    const field = `${this.#opening}${text}"`;
    const at = line.indexOf(field);
    if (at < 0 || at !== line.lastIndexOf(field)) return;
    const textAt = at + this.#opening.length;
    this.#end = line.slice(textAt + text.length);
    if (this.#varyingOpening === undefined) this.#start = line.slice(0, textAt);
    else this.#learnVarying(line.slice(0, textAt), this.#varyingOpening);
  }

  /** The text of a line of the learned form; undefined when the line has to be parsed. */
  match(line: string): string | undefined {
    if (this.#start === "" || !line.startsWith(this.#start) || !line.endsWith(this.#end)) return undefined;
    const textAt = this.#textAt(line);
    const endAt = line.length - this.#end.length;
    if (textAt < 0 || textAt > endAt) return undefined;
    const text = line.slice(textAt, endAt);
    return hasEscape(text) ? undefined : text;
  }

  #learnVarying(head: string, varyingOpening: string): void {
    const at = head.indexOf(varyingOpening);
    const valueAt = at + varyingOpening.length;
    const valueEnd = head.indexOf('"', valueAt);
    if (at < 0 || valueEnd < 0) return;
    this.#start = head.slice(0, valueAt);
    this.#middle = head.slice(valueEnd);
  }

  #textAt(line: string): number {
    if (this.#middle === "") return this.#start.length;
    const valueEnd = line.indexOf('"', this.#start.length);
    return line.startsWith(this.#middle, valueEnd) ? valueEnd + this.#middle.length : -1;
  }
}

function opening(key: string): string {
  return `${JSON.stringify(key)}:"`;
}

/** Whether JSON writes `text` otherwise than as it is, or it could end its string early. */
function hasEscape(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c || code < 0x20) return true;
  }
  return false;
}
