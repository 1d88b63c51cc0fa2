// Holds what arrived until it is read, within a limit: the one buffer of a call.

interface Waiting<Item> {
  resolve(item: Item): void;
  reject(error: Error): void;
}

/** One reader. `next` yields the items in order, then fails with the first error given; `abort` fails at once. */
export class MessageQueue<Item> {
  readonly #limitBytes: number;
  readonly #onFull: () => Error;
  #items: { readonly item: Item; readonly bytes: number }[] = [];
  #head = 0;
  #bytes = 0;
  #failure: Error | undefined;
  #waiting: Waiting<Item> | undefined;

  constructor(limitBytes: number, onFull: () => Error) {
    this.#limitBytes = limitBytes;
    this.#onFull = onFull;
  }

  push(item: Item, bytes: number): void {
    if (this.#failure !== undefined) return;
    const waiting = this.#takeWaiting();
    if (waiting !== undefined) {
      waiting.resolve(item);
      return;
    }
    if (this.#bytes + bytes > this.#limitBytes) {
      this.abort(this.#onFull());
      return;
    }
    this.#bytes += bytes;
    this.#items.push({ item, bytes });
  }

  /** What was pushed before is still read. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#takeWaiting()?.reject(error);
  }

  /** Drops what was not read yet. */
  abort(error: Error): void {
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
    this.fail(error);
  }

  next(): Promise<Item> {
    const entry = this.#items[this.#head];
    if (entry !== undefined) {
      this.#bytes -= entry.bytes;
      this.#head += 1;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      }
      return Promise.resolve(entry.item);
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #takeWaiting(): Waiting<Item> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
