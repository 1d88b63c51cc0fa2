// One conversation in memory: its turns, as many as its limits allow, and who holds it.

import type { ConversationKey, StoredMessage, StoredTurn } from "./contract.ts";
import type { ConversationLimits } from "./conversation-limits.ts";
import type { ConversationRecord, RecordedTurn } from "./conversation-record.ts";
import { turnQueue } from "./turn-queue.ts";

interface SizedTurn {
  readonly turn: RecordedTurn;
  readonly bytes: number;
}

export class KeptConversation {
  readonly key: ConversationKey;
  readonly queue = turnQueue();
  /** By a clock that never goes back. */
  usedAt: number;
  /** Of those that opened it last. */
  limits: ConversationLimits;
  readonly #createdMs = Date.now();
  #usedMs = Date.now();
  #turns: readonly SizedTurn[] = [];
  #bytes = 0;

  constructor(key: ConversationKey, limits: ConversationLimits, usedAt: number) {
    this.key = key;
    this.limits = limits;
    this.usedAt = usedAt;
  }

  get bytes(): number {
    return this.#bytes;
  }

  turns(): readonly RecordedTurn[] {
    return this.#turns.map(({ turn }) => turn);
  }

  record(): ConversationRecord {
    const turns = this.turns();
    const [createdMs, usedMs] = [this.#createdMs, this.#usedMs];
    return { entry: { key: this.key, turns: turns.length, bytes: this.#bytes, createdMs, usedMs }, turns };
  }

  /** Puts a summary in the place of this turn and those before it. False: it is gone. */
  fold(through: StoredTurn | undefined, summary: StoredTurn): boolean {
    const at = this.#turns.findIndex(({ turn }) => turn === through);
    if (at < 0) return false;
    const recorded = { ...summary, atMs: Date.now() };
    this.#turns = [{ turn: recorded, bytes: turnBytes(summary) }, ...this.#turns.slice(at + 1)];
    this.#bytes = this.#turns.reduce((sum, { bytes }) => sum + bytes, 0);
    return true;
  }

  append(turn: StoredTurn): void {
    this.#usedMs = Date.now();
    const recorded = { ...turn, atMs: this.#usedMs };
    this.#turns = newestThatFit([...this.#turns, { turn: recorded, bytes: turnBytes(turn) }], this.limits);
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
  return turn.messages.reduce((sum, message) => sum + 128 + message.text.length * 2 + besideText(message), 0);
}

function besideText(message: StoredMessage): number {
  switch (message.role) {
    case "user":
      return (message.images ?? []).reduce((bytes, image) => bytes + image.data.byteLength, 0);
    case "assistant":
      return message.calls === undefined ? 0 : JSON.stringify(message.calls).length * 2;
    case "tool":
      return 0;
  }
}
