// What one turn tells of itself, on its way to who reads it. The turn is plain work, and goes on when what it told was read: were each of its parts a
// stream of its own, every event would go through all of them.

import type { AgentEvent } from "./contract.ts";

type Read = IteratorResult<AgentEvent, undefined>;

/** Thrown where a turn tells something and nobody reads any further. */
export class TurnLeft extends Error {
  override readonly name = "TurnLeft";
}

/** Begun by the first reading. Resolves to its last event. */
type Work = (events: TurnEvents) => Promise<AgentEvent>;

/** Read by one reader, one event after the other. */
export class TurnEvents implements AsyncIterableIterator<AgentEvent, undefined> {
  readonly #work: Work;
  #running: Promise<void> | undefined;
  #isOver = false;
  #isLeft = false;
  /** Waits for the next event. */
  #reader: PromiseWithResolvers<Read> | undefined;
  /** The turn, waiting for what it told to be read. */
  #teller: PromiseWithResolvers<undefined> | undefined;
  #onLeft: (() => void) | undefined;

  constructor(work: Work) {
    this.#work = work;
  }

  /** Nobody reads any further. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves when the event was read and the next one is wanted. Rejects with `TurnLeft` when none is: then the turn has to end. */
  tell(event: AgentEvent): Promise<undefined> {
    const teller = Promise.withResolvers<undefined>();
    if (this.#isLeft) teller.reject(new TurnLeft());
    else this.#teller = teller;
    this.#answer({ done: false, value: event });
    return teller.promise;
  }

  /** Tells all that `source` does, and gives what it returns. Throws what it throws, and `TurnLeft`. */
  async tellAll<Result>(source: AsyncGenerator<AgentEvent, Result, void>): Promise<Result> {
    for (;;) {
      const read = await source.next();
      if (read.done === true) return read.value;
      try {
        await this.tell(read.value);
      } catch (error) {
        await source[Symbol.asyncDispose]();
        throw error;
      }
    }
  }

  /** Calls `listener` as soon as nobody reads any further. */
  onLeft(listener: () => void): void {
    this.#onLeft = listener;
  }

  next(): Promise<Read> {
    if (this.#isOver || this.#isLeft) return Promise.resolve({ done: true, value: undefined });
    const reader = Promise.withResolvers<Read>();
    this.#reader = reader;
    if (this.#running === undefined) this.#running = this.#run();
    else this.#goOn();
    return reader.promise;
  }

  /** Ends the turn, and waits for its end. */
  async return(): Promise<Read> {
    if (!this.#isOver && !this.#isLeft) {
      this.#isLeft = true;
      this.#onLeft?.();
      this.#teller?.reject(new TurnLeft());
      this.#teller = undefined;
    }
    await this.#running;
    return { done: true, value: undefined };
  }

  async #run(): Promise<void> {
    try {
      const value = await this.#work(this);
      this.#answer({ done: false, value });
    } catch (error) {
      this.#reader?.reject(error);
    }
    this.#isOver = true;
  }

  #goOn(): void {
    const teller = this.#teller;
    this.#teller = undefined;
    teller?.resolve(undefined);
  }

  #answer(read: Read): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(read);
  }
}
