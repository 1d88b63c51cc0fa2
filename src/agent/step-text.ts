// The text of one step on its way to the caller. Steps are set apart by an empty line, and white space that leads into a call is not said.

import type { AgentEvent } from "./contract.ts";
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

  *push(text: string): Generator<AgentEvent, void, void> {
    const seen = this.#blank + text;
    if (this.#text === "" && seen.trim() === "") {
      this.#blank = seen;
      return;
    }
    this.#blank = "";
    if (this.#text === "" && !this.#isFirst) yield this.#say(betweenSteps);
    this.#text += seen;
    yield this.#say(seen);
  }

  /** White space is an answer's own when no call follows it. */
  *rest(): Generator<AgentEvent, void, void> {
    const blank = this.#blank;
    this.#blank = "";
    this.#text += blank;
    if (blank !== "") yield this.#say(blank);
  }

  #say(text: string): AgentEvent {
    this.#record.text(text);
    return { type: "text", text };
  }
}
