// The content of a JSON text as it comes, up to its closing quote.

export class StreamedText {
  #isOver = false;
  /** An escape that has not ended yet. */
  #escape = "";

  /** `json`: what follows the opening quote. */
  push(json: string): string {
    if (this.#isOver) return "";
    const seen = this.#escape + json;
    const end = endOf(seen);
    this.#isOver = end.isQuote;
    this.#escape = seen.slice(end.at);
    return unescaped(seen.slice(0, end.at));
  }
}

/** Up to where the text is whole: its closing quote, an escape that was cut, or its end. */
function endOf(json: string): { readonly at: number; readonly isQuote: boolean } {
  let at = 0;
  while (at < json.length) {
    const character = json[at];
    if (character === '"') return { at, isQuote: true };
    const length = character === "\\" ? escapeLength(json, at) : 1;
    if (at + length > json.length) break;
    at += length;
  }
  return { at, isQuote: false };
}

/** A pair of escapes may stand for one character: the first half waits for the other. */
function escapeLength(json: string, at: number): number {
  if (json[at + 1] !== "u") return 2;
  return /^\\u[dD][89abAB]/.test(json.slice(at, at + 4)) ? 12 : 6;
}

function unescaped(json: string): string {
  try {
    const text: unknown = JSON.parse(`"${json.replace(/[\u0000-\u001f]/g, escapedControl)}"`);
    return typeof text === "string" ? text : "";
  } catch {
    return json; // No escape that JSON knows: shown as it came.
  }
}

function escapedControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
