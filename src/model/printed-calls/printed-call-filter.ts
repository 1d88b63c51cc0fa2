// Lets the text of an answer through as soon as it cannot be calls any more, and keeps it back as long as it could: an ordinary answer is not
// delayed by more than its first word.

import type { ModelTool, ModelToolCall } from "../contract.ts";
import type { FilteredEnd } from "./filtered-answer.ts";
import { readPrintedCalls } from "./read-printed-calls.ts";

/** More text than this is no call. */
const maxHeldLength = 256 * 1024;
/** Until then each piece is looked at as it comes; from then on only when the text has grown by a part of itself. */
const alwaysReadLength = 512;
const growth = 1.25;
const forgotten = ["}", "}}", "]", "}]", "}}]", ")", ")]"];

export class PrintedCallFilter {
  readonly #tools: readonly ModelTool[];
  #held = "";
  #readLength = 0;
  #isText = false;

  constructor(tools: readonly ModelTool[]) {
    this.#tools = tools;
  }

  /** What of the text so far is text for sure. */
  push(text: string): string {
    if (this.#isText) return text;
    this.#held += text;
    if (!this.#isDue()) return "";
    this.#readLength = this.#held.length;
    return this.#held.length > maxHeldLength || this.#read().type === "none" ? this.release() : "";
  }

  /** Takes all for text from here on; returns what was kept back. */
  release(): string {
    const held = this.#held;
    this.#held = "";
    this.#isText = true;
    return held;
  }

  /** The answer is complete. */
  end(): FilteredEnd {
    const read = this.#read();
    if (this.#isText || read.type === "none") return { text: this.release(), calls: [] };
    const calls = read.type === "calls" ? read.calls : this.#completed();
    if (calls.length === 0) return { isCutCall: hasBegun(this.#held), text: this.release(), calls };
    this.#held = "";
    return { isCutCall: read.type === "open", text: "", calls };
  }

  /** What it is with the brackets that a small model forgot at its end. */
  #completed(): readonly ModelToolCall[] {
    const held = this.#held.trimEnd();
    if (!/[}\])"']$/.test(held)) return [];
    const reads = forgotten.map((end) => readPrintedCalls(held + end, this.#tools));
    return reads.find((read) => read.type === "calls")?.calls ?? [];
  }

  #isDue(): boolean {
    return this.#held.length <= alwaysReadLength || this.#held.length >= this.#readLength * growth;
  }

  #read(): ReturnType<typeof readPrintedCalls> {
    return readPrintedCalls(this.#held, this.#tools);
  }
}

/** More than a word that might be a tool's name. */
function hasBegun(text: string): boolean {
  return /[[{(<].*\w/s.test(text);
}
