// Hands items from many producers to one consumer, who sets the pace: nothing is kept but what producers are waiting with.

import { deferred } from "../deferred.ts";

interface Offer<Item> {
  readonly item: Item;
  taken(): void;
}

export class Handover<Item> {
  readonly #offers: Offer<Item>[] = [];
  #isClosed = false;
  #wake: (() => void) | undefined;

  /** Resolves when the item was taken; at once after `close`. */
  async put(item: Item): Promise<void> {
    if (this.#isClosed) return;
    const taken = deferred<undefined>();
    this.#offers.push({ item, taken: () => taken.resolve(undefined) });
    this.#wake?.();
    await taken.promise;
  }

  /** The next item, as they were offered; undefined when it is closed. One reader. */
  async take(): Promise<Item | undefined> {
    while (this.#offers.length === 0 && !this.#isClosed) {
      const woken = deferred<undefined>();
      this.#wake = () => woken.resolve(undefined);
      await woken.promise;
    }
    const offer = this.#offers.shift();
    offer?.taken();
    return offer?.item;
  }

  /** Lets every producer go on; what nobody took is dropped. */
  close(): void {
    this.#isClosed = true;
    for (const offer of this.#offers.splice(0)) offer.taken();
    this.#wake?.();
  }
}
