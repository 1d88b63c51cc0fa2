// What the matcher of guards (RE2) makes of a regular expression, as far as it differs from JavaScript's own: so that a pattern that passed the
// check does not fail when it is first needed.

/** Letters that mean something after a backslash, the same in both. */
const escapes = /[aAbBdDfnpPrsStvwWxzQE0]/;
const escapesInClass = /[adDfnpPrsStvwWx0]/;
/** At the end of a range: a class is none, and these mean a smaller character to the matcher than to JavaScript. */
const noRangeEnd = /^\\(?:[dDwWsSpPa]|x\{)/;
/** How often something may be repeated, repetitions inside of repetitions multiplied. */
const mostRepeats = 1000;

/** Whether the matcher takes a pattern that JavaScript takes. Without lookaround and back references, which are looked for elsewhere. */
export function isMatcherSyntax(pattern: string): boolean {
  return new Scan(pattern).isGood();
}

class Scan {
  readonly #text: string;
  #at = 0;
  /** For each open group, how often its content is repeated at most. */
  readonly #groups: number[] = [1];

  constructor(text: string) {
    this.#text = text;
  }

  isGood(): boolean {
    while (this.#at < this.#text.length) if (!this.#item()) return false;
    return true;
  }

  #item(): boolean {
    const character = this.#text[this.#at];
    if (character === "(") {
      this.#groups.push(1);
      this.#at += 1;
      return true;
    }
    const inside = character === ")" ? (this.#groups.pop() ?? 1) : 1;
    const isTaken = character === "\\" ? this.#escape(escapes) : character === "[" ? this.#class() : this.#plain();
    return isTaken && this.#repeat(inside);
  }

  #plain(): boolean {
    this.#at += 1;
    return true;
  }

  /** After an item: what is written behind it. `inside`: repetitions in it already. */
  #repeat(inside: number): boolean {
    const [whole = "", least = "0", most = least] = /^\{(\d+)(?:,(\d*))?\}/.exec(this.#text.slice(this.#at)) ?? [];
    const times = whole === "" ? 1 : Math.max(Number(least), Number(most), 1);
    this.#at += whole.length;
    const total = times * inside;
    const outer = this.#groups.length - 1;
    this.#groups[outer] = Math.max(this.#groups[outer] ?? 1, total);
    return total <= mostRepeats;
  }

  /** Of a whole class in brackets. */
  #class(): boolean {
    this.#at += this.#text.startsWith("[^", this.#at) ? 2 : 1;
    if (this.#text[this.#at] === "]") return false;
    while (this.#at < this.#text.length && this.#text[this.#at] !== "]") {
      const isRange = this.#text[this.#at] === "-" && this.#text[this.#at - 1] !== "[";
      if (this.#text[this.#at] !== "\\") this.#at += 1;
      else if (!this.#escape(escapesInClass)) return false;
      if (isRange && noRangeEnd.test(this.#text.slice(this.#at, this.#at + 3))) return false;
    }
    this.#at += 1;
    return true;
  }

  #escape(known: RegExp): boolean {
    const next = this.#text[this.#at + 1] ?? "";
    const property = /^\\[pP](?:\{\^?([A-Za-z_]+)\}|([A-Z]))/.exec(this.#text.slice(this.#at));
    this.#at += property?.[0].length ?? 2;
    if (/[pP]/.test(next)) return known.test(next) && isProperty(property?.[1] ?? property?.[2] ?? "");
    if (/[A-Za-z0-9]/.test(next)) return known.test(next);
    return /^[!-~ ]$/.test(next);
  }
}

/** A general category by its letters, or a script by its name. */
function isProperty(name: string): boolean {
  const form = /^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`;
  try {
    return new RegExp(`\\p{${form}}`, "u").source !== "";
  } catch {
    return false; // A SyntaxError: nobody knows it.
  }
}
