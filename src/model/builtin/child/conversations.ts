// The conversations that one loaded model holds in memory at once, each lent to one call at a time.

import type { LlamaChat } from "./llama-library.ts";

export class Conversations {
  readonly #free: LlamaChat[];
  readonly #waiting: (() => void)[] = [];

  constructor(chats: readonly LlamaChat[]) {
    this.#free = [...chats];
  }

  /** Lends the free conversation that holds most of the prompt already; waits when none is free. */
  async use<T>(promptOf: (chat: LlamaChat) => readonly number[], run: (chat: LlamaChat) => Promise<T>): Promise<T> {
    while (this.#free.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const chat = this.#takeBest(promptOf);
    try {
      return await run(chat);
    } finally {
      this.#free.push(chat);
      this.#waiting.shift()?.();
    }
  }

  #takeBest(promptOf: (chat: LlamaChat) => readonly number[]): LlamaChat {
    let bestIndex = 0;
    let mostHeld = -1;
    if (this.#free.length > 1) {
      for (const [index, chat] of this.#free.entries()) {
        const held = chat.sequence.compareContextTokens(promptOf(chat)).firstDifferentIndex;
        if (held <= mostHeld) continue;
        bestIndex = index;
        mostHeld = held;
      }
    }
    const [chosen] = this.#free.splice(bestIndex, 1);
    if (chosen === undefined) throw new Error("No conversation is free");
    return chosen;
  }
}
