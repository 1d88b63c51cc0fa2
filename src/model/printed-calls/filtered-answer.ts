// An answer in which calls that were printed as text are calls.

import type { ModelEvent, ModelToolCall, ModelUsage } from "../contract.ts";
import { ModelError } from "../contract.ts";

/** What makes text and calls of an answer's text. */
export interface AnswerFilter {
  push(text: string): string;
  /** Takes all for text from here on; returns what was kept back. */
  release(): string;
  end(): FilteredEnd;
}

export interface FilteredEnd {
  /** What was kept back and is text. */
  readonly text: string;
  readonly calls: readonly ModelToolCall[];
  /** `text`, or what `calls` were made of, is a call without its end. */
  readonly isCutCall?: boolean;
}

/**
 * The same events; text that was kept back comes before an error, and before a call that was made as such. Throws `invalid` for a call that
 * was cut with the answer: half a call is no answer.
 */
export async function* filtered(
  events: AsyncIterable<ModelEvent>,
  filter: AnswerFilter,
): AsyncGenerator<ModelEvent, void, void> {
  try {
    for await (const event of events) {
      if (event.type === "text") yield* textEvent(filter.push(event.text));
      else {
        if (event.type === "tool-call") yield* textEvent(filter.release());
        const isCut = event.type === "usage" && (yield* endEvents(filter, event.usage));
        yield event;
        if (isCut) throw cutCall(event.usage);
      }
    }
  } catch (error) {
    yield* textEvent(filter.release());
    throw error;
  }
}

function* textEvent(text: string): Generator<ModelEvent, void, void> {
  if (text !== "") yield { type: "text", text };
}

/** @returns whether the answer was a call that was cut: nothing of it is text */
function* endEvents(filter: AnswerFilter, { finish }: ModelUsage): Generator<ModelEvent, boolean, void> {
  const { text, calls, isCutCall = false } = filter.end();
  if (isCutCall && finish === "length") return true;
  yield* textEvent(text);
  for (const call of calls) yield { type: "tool-call", call };
  return false;
}

function cutCall({ outputTokens }: ModelUsage): ModelError {
  return new ModelError("invalid", `The model's call of a tool was cut at its limit, after ${outputTokens} tokens`);
}
