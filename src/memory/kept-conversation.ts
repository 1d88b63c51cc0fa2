// One conversation in memory: its turns, as many as its limits allow, and who holds it.

import type { ConversationKey, StoredTurn } from "./contract.ts";
import type { ConversationLimits } from "./conversation-limits.ts";
import { turnQueue } from "./turn-queue.ts";

interface SizedTurn {
  readonly turn: StoredTurn;
  readonly bytes: number;
}

export class KeptConversation {
  readonly key: ConversationKey;
  readonly queue = turnQueue();
  usedAt: number;
  #turns: readonly SizedTurn[] = [];
  #bytes = 0;

  constructor(key: ConversationKey, usedAt: number) {
    this.key = key;
    this.usedAt = usedAt;
  }

  get bytes(): number {
    return this.#bytes;
  }

  turns(): readonly StoredTurn[] {
    return this.#turns.map(({ turn }) => turn);
  }

  append(turn: StoredTurn, limits: ConversationLimits): void {
    this.#turns = newestThatFit([...this.#turns, { turn, bytes: turnBytes(turn) }], limits);
    this.#bytes = this.#turns.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

/** The longest end of the list that stays within the limits of one conversation. */
function newestThatFit(turns: readonly SizedTurn[], limits: ConversationLimits): SizedTurn[] {
  let bytes = 0;
  let start = turns.length;
  while (start > 0 && turns.length - start < limits.turns) {
    bytes += turns[start - 1]?.bytes ?? 0;
    if (bytes > limits.conversationBytes) break;
    start -= 1;
  }
  return turns.slice(start);
}

/** What a turn takes in memory, roughly: two bytes a character, and a little for the objects around it. */
function turnBytes(turn: StoredTurn): number {
  return turn.messages.reduce((sum, message) => {
    const images = message.role === "user" ? (message.images ?? []) : [];
    const calls = message.role === "assistant" && message.calls !== undefined ? JSON.stringify(message.calls) : "";
    const textBytes = (message.text.length + calls.length) * 2;
    return sum + 128 + textBytes + images.reduce((bytes, image) => bytes + image.data.byteLength, 0);
  }, 0);
}
