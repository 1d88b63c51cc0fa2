// A queue for each conversation in which a turn runs or waits, and for no other.

import { type TurnQueue, turnQueue } from "./turn-queue.ts";

export class TurnQueues {
  readonly #queues = new Map<string, TurnQueue>();

  /** Resolves when it is this caller's turn, to what lets the next one in. Rejects with the signal's reason when that fires first. */
  async enter(id: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const queue = this.#queues.get(id) ?? turnQueue();
    this.#queues.set(id, queue);
    await queue.enter(signal);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      queue.leave();
      if (queue.isIdle()) this.#queues.delete(id);
    };
  }

  isHeld(id: string): boolean {
    return this.#queues.has(id);
  }
}
