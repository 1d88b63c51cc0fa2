// Understands an answer in the prompted protocol as it comes: `{"answer": "…"}` is text from its first letter on, `{"tool": …}` is a call. A model
// that keeps to neither is taken by its words.

import type { ModelTool } from "../contract.ts";
import { parseRecord } from "../json.ts";
import { PrintedCallFilter } from "../printed-calls/printed-call-filter.ts";
import type { AnswerFilter, FilteredEnd } from "../printed-calls/filtered-answer.ts";
import { StreamedText } from "./streamed-text.ts";

const opening = '{"answer":';

export class PromptedAnswer implements AnswerFilter {
  readonly #filter: PrintedCallFilter;
  #state: "start" | "text" | "value" | "other" = "start";
  #held = "";
  readonly #text = new StreamedText();

  constructor(tools: readonly ModelTool[]) {
    this.#filter = new PrintedCallFilter(tools);
  }

  push(text: string): string {
    switch (this.#state) {
      case "start":
        return this.#begin(this.#held + text);
      case "text":
        return this.#text.push(text);
      case "value":
        this.#held += text;
        return "";
      case "other":
        return this.#filter.push(text);
    }
  }

  release(): string {
    const held = this.#held;
    this.#held = "";
    if (this.#state === "start" || this.#state === "value") this.#state = "other";
    return held + this.#filter.release();
  }

  end(): FilteredEnd {
    const held = this.#held;
    switch (this.#state) {
      case "text":
        return { text: "", calls: [] };
      case "value":
        return { text: answerIn(held), calls: [] };
      case "start":
      case "other": {
        const before = this.#filter.push(held);
        const end = this.#filter.end();
        return { ...end, text: before + end.text };
      }
    }
  }

  #begin(seen: string): string {
    this.#held = seen;
    const compact = seen.replace(/\s/g, "");
    if (opening.startsWith(compact)) return "";
    const match = /^\s*\{\s*"answer"\s*:\s*(?=\S)/.exec(seen);
    if (match === null) return this.#change("other", (held) => this.#filter.push(held));
    const rest = seen.slice(match[0].length);
    if (!rest.startsWith('"')) {
      this.#state = "value";
      return "";
    }
    return this.#change("text", () => this.#text.push(rest.slice(1)));
  }

  #change(state: "text" | "other", first: (held: string) => string): string {
    const held = this.#held;
    this.#held = "";
    this.#state = state;
    return first(held);
  }
}

/** An answer by a schema of its own is JSON; one that was cut is shown as far as it came. */
function answerIn(text: string): string {
  const answer = parseRecord(text)?.["answer"];
  return answer === undefined ? text : JSON.stringify(answer);
}
