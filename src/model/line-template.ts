// Reads the text out of lines that differ from an earlier one in nothing but that text, and one value before it that says nothing: most lines
// of a streamed answer do, and parsing each as JSON is most of what relaying it costs. They are read where they stand, none is cut out first.

const lineFeed = 0x0a;

export interface TakenText {
  /** Of all lines that were read, joined. */
  readonly text: string;
  /** Where the first line stands that was not. */
  readonly end: number;
}

export class LineTemplate {
  readonly #opening: string;
  readonly #varyingOpening: string | undefined;
  #start = "";
  /** From the end of the varying value to the text. */
  #middle = "";
  /** From the end of the text to the line feed, and that. */
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
    if (text === "" || hasEscape(text, 0, text.length)) return;
    this.#start = "";
    this.#middle = "";
    const field = `${this.#opening}${text}"`;
    const at = line.indexOf(field);
    if (at < 0 || at !== line.lastIndexOf(field)) return;
    const textAt = at + this.#opening.length;
    this.#end = `${line.slice(textAt + text.length)}\n`;
    if (this.#varyingOpening === undefined) this.#start = line.slice(0, textAt);
    else this.#learnVarying(line.slice(0, textAt), this.#varyingOpening);
  }

  /** Reads lines of the learned form from `from` on, each with its line feed, and empty ones after them, up to one that has to be parsed. */
  take(lines: string, from: number): TakenText {
    const start = this.#start;
    const end = this.#end;
    let text = "";
    let at = from;
    while (start !== "" && lines.startsWith(start, at)) {
      const next = lines.indexOf("\n", at) + 1;
      const textAt = this.#textAt(lines, at + start.length);
      const textEnd = next - end.length;
      if (textAt > textEnd || !lines.startsWith(end, textEnd) || hasEscape(lines, textAt, textEnd)) break;
      text += lines.slice(textAt, textEnd);
      at = next;
      while (lines.charCodeAt(at) === lineFeed) at++;
    }
    return { text, end: at };
  }

  #learnVarying(head: string, varyingOpening: string): void {
    const at = head.indexOf(varyingOpening);
    const valueAt = at + varyingOpening.length;
    const valueEnd = head.indexOf('"', valueAt);
    if (at < 0 || valueEnd < 0) return;
    this.#start = head.slice(0, valueAt);
    this.#middle = head.slice(valueEnd);
  }

  /** Past every line where it is not of the form. */
  #textAt(lines: string, startEnd: number): number {
    const middle = this.#middle;
    if (middle === "") return startEnd;
    const valueEnd = lines.indexOf('"', startEnd);
    const isOfTheForm = valueEnd >= 0 && lines.startsWith(middle, valueEnd);
    return isOfTheForm ? valueEnd + middle.length : Number.POSITIVE_INFINITY;
  }
}

function opening(key: string): string {
  return `${JSON.stringify(key)}:"`;
}

/** Whether JSON writes this piece of `text` otherwise than as it is, or it could end its string early, or its line. */
function hasEscape(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22 || code === 0x5c || code < 0x20) return true;
  }
  return false;
}
