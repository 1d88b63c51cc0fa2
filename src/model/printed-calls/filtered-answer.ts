// An answer in which calls that were printed as text are calls.

import type { ModelEvent, ModelToolCall } from "../contract.ts";

/** What makes text and calls of an answer's text. */
export interface AnswerFilter {
  push(text: string): string;
  /** Takes all for text from here on; returns what was kept back. */
  release(): string;
  end(): { readonly text: string; readonly calls: readonly ModelToolCall[] };
}

/** The same events; text that was kept back comes before an error, and before a call that was made as such. */
export async function* filtered(
  events: AsyncIterable<ModelEvent>,
  filter: AnswerFilter,
): AsyncGenerator<ModelEvent, void, void> {
  try {
    for await (const event of events) {
      if (event.type === "text") yield* textEvent(filter.push(event.text));
      else {
        if (event.type === "tool-call") yield* textEvent(filter.release());
        if (event.type === "usage") yield* endEvents(filter);
        yield event;
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

function* endEvents(filter: AnswerFilter): Generator<ModelEvent, void, void> {
  const { text, calls } = filter.end();
  yield* textEvent(text);
  for (const call of calls) yield { type: "tool-call", call };
}
