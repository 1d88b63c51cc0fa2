// How fast an answer came, as its caller sees it.

import type { CallEvent } from "../bus/calling/call-event.ts";

export interface AnswerTimes {
  /** Absent: no text came. */
  readonly first_text_s?: number;
  readonly total_s: number;
  readonly characters: number;
  /** From the first text to the end; absent for an answer in one piece. */
  readonly characters_per_s?: number;
}

/** A shorter answer has no rate worth telling. */
const minSpanS = 0.05;

export class AnswerStats {
  readonly #startMs: number;
  #firstTextMs: number | undefined;
  #lastTextMs = 0;
  #firstLength = 0;
  #characters = 0;

  /** Times are in ms of one clock; it starts when the prompt is sent. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  saw(event: CallEvent, nowMs: number): void {
    if (event.type !== "text") return;
    const length = codePoints(event.text);
    if (this.#firstTextMs === undefined) {
      this.#firstTextMs = nowMs;
      this.#firstLength = length;
    }
    this.#lastTextMs = nowMs;
    this.#characters += length;
  }

  fields(nowMs: number): AnswerTimes {
    const first = this.#firstTextMs;
    const spanS = first === undefined ? 0 : (this.#lastTextMs - first) / 1000;
    const rest = this.#characters - this.#firstLength;
    return {
      ...(first === undefined ? {} : { first_text_s: round((first - this.#startMs) / 1000, 3) }),
      total_s: round((nowMs - this.#startMs) / 1000, 3),
      characters: this.#characters,
      ...(spanS >= minSpanS && rest > 0 ? { characters_per_s: round(rest / spanS, 1) } : {}),
    };
  }

  /** One line, such as `first text 0.312 s, total 1.904 s, 412 characters, 216.3 characters/s`. */
  text(nowMs: number): string {
    const { first_text_s: first, total_s: total, characters, characters_per_s: rate } = this.fields(nowMs);
    return [
      first === undefined ? "no text" : `first text ${first} s`,
      `total ${total} s`,
      `${characters} characters`,
      ...(rate === undefined ? [] : [`${rate} characters/s`]),
    ].join(", ");
  }
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
