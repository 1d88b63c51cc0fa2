// The text of one step on its way to the caller. Steps are set apart by an empty line, and white space that leads into a call is not said.

import type { TurnRecord } from "./turn-record.ts";

const betweenSteps = "\n\n";

export class StepText {
  readonly #record: TurnRecord;
  readonly #isFirst: boolean;
  #text = "";
  #blank = "";

  constructor(record: TurnRecord) {
    this.#record = record;
    this.#isFirst = record.isBlank();
  }

  /** Whether the caller was sent any of it. */
  get isSeen(): boolean {
    return this.#text !== "";
  }

  whole(): string {
    return this.#text;
  }

  /** What the caller is told now; empty: nothing. */
  push(text: string): string {
    const seen = this.#blank + text;
    if (this.#text === "" && seen.trim() === "") {
      this.#blank = seen;
      return "";
    }
    this.#blank = "";
    const before = this.#text === "" && !this.#isFirst ? betweenSteps : "";
    this.#text += seen;
    return this.#say(before + seen);
  }

  /** White space is an answer's own when no call follows it. */
  rest(): string {
    const blank = this.#blank;
    this.#blank = "";
    this.#text += blank;
    return this.#say(blank);
  }

  #say(text: string): string {
    if (text !== "") this.#record.text(text);
    return text;
  }
}
