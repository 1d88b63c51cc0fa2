// From calls to an async iterable: each event is handed over when the reader asks for it, none is kept in a growing list.

import { type Deferred, deferred } from "../bus/deferred.ts";

interface Offer<Event> {
  readonly event: Event;
  readonly taken: Deferred<undefined>;
}

/** One reader. Once it leaves, what is pushed is dropped. */
export class EventPipe<Event> implements AsyncIterableIterator<Event> {
  readonly #offers: Offer<Event>[] = [];
  #waiting: ((result: IteratorResult<Event>) => void) | undefined;
  #isLeft = false;

  /** Resolves when the reader took it, or left. */
  async push(event: Event): Promise<void> {
    if (this.#isLeft) return;
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      waiting({ done: false, value: event });
      return;
    }
    const taken = deferred<undefined>();
    this.#offers.push({ event, taken });
    await taken.promise;
  }

  next(): Promise<IteratorResult<Event>> {
    const offer = this.#offers.shift();
    if (offer !== undefined) {
      offer.taken.resolve(undefined);
      return Promise.resolve({ done: false, value: offer.event });
    }
    if (this.#isLeft) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  return(): Promise<IteratorResult<Event>> {
    this.#isLeft = true;
    for (const { taken } of this.#offers.splice(0)) taken.resolve(undefined);
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
