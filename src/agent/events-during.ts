// Work that tells of itself while it runs, as a stream of events: several tools at once, say.

import type { AgentEvent } from "./contract.ts";

/** Takes an event of the work. After the work's end it does nothing. */
export type Emit = (event: AgentEvent) => void;

/** A status that nobody has read yet is worth less than memory. */
const maxWaiting = 256;

/**
 * Yields what `work` emits, in order, until it settles; returns what it resolved to, or throws what it rejected with. When the events are
 * not read to their end, `left` fires, and the work's end is waited for.
 */
export async function* eventsDuring<Result>(
  work: (emit: Emit, left: AbortSignal) => Promise<Result>,
): AsyncGenerator<AgentEvent, Result, void> {
  const left = new AbortController();
  const waiting = new WaitingEvents();
  const result = work((event) => waiting.push(event), left.signal).finally(() => waiting.end());
  const settled = result.then(ignoreHere, ignoreHere);
  try {
    for (;;) {
      const events = await waiting.take();
      if (events.length === 0) return await result;
      yield* events;
    }
  } finally {
    left.abort(new Error("Nobody reads the answer any more"));
    await settled;
  }
}

/** Whoever reads the events is told. */
function ignoreHere(): void {
  return;
}

class WaitingEvents {
  #events: AgentEvent[] = [];
  #isOver = false;
  #changed = Promise.withResolvers<undefined>();

  push(event: AgentEvent): void {
    if (this.#isOver) return;
    const last = this.#events.at(-1);
    if (event.type === "text" && last?.type === "text") {
      this.#events.splice(-1, 1, { type: "text", text: last.text + event.text });
    } else if (event.type !== "progress" || this.#events.length < maxWaiting) {
      this.#events.push(event);
    }
    this.#changed.resolve(undefined);
  }

  end(): void {
    this.#isOver = true;
    this.#changed.resolve(undefined);
  }

  /** What has come since the last time; waits for something to come. Empty: it is over. */
  async take(): Promise<readonly AgentEvent[]> {
    if (this.#events.length === 0 && !this.#isOver) await this.#changed.promise;
    this.#changed = Promise.withResolvers<undefined>();
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
