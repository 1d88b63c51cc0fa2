// Conversations that live as long as the process: bounded in turns, number, bytes and idle time; least recently used out first.

import type { Logger } from "../telemetry/log.ts";
import type { ConversationKey, Conversations, OpenConversation, StoredTurn } from "./contract.ts";
import type { TurnQueue } from "./turn-queue.ts";
import { turnQueue } from "./turn-queue.ts";

export interface ConversationLimits {
  /** Of one conversation; the oldest go first. */
  readonly turns: number;
  /** Of one conversation; the oldest turns go first, and a turn that is larger alone is not kept. */
  readonly conversationBytes: number;
  readonly conversations: number;
  readonly totalBytes: number;
  readonly idleMs: number;
}

export const defaultConversationLimits: ConversationLimits = {
  turns: 40,
  conversationBytes: 4 * 1024 * 1024,
  conversations: 1000,
  totalBytes: 32 * 1024 * 1024,
  idleMs: 60 * 60 * 1000,
};

interface Ports {
  readonly log: Logger;
  readonly limits?: ConversationLimits;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export interface InMemoryConversations extends Conversations {
  /** Lets go of those that nobody uses, least recently used first, until half of the bytes are left. Returns how many went. */
  shrink(): number;
}

interface Conversation {
  readonly key: ConversationKey;
  readonly queue: TurnQueue;
  turns: readonly { readonly turn: StoredTurn; readonly bytes: number }[];
  bytes: number;
  usedAt: number;
}

/** A conversation that a turn holds or waits for is never evicted, so their number may exceed the limit by the turns that run. */
export function inMemoryConversations(ports: Ports): InMemoryConversations {
  const { log, limits = defaultConversationLimits, now = () => performance.now() } = ports;
  /** In order of use: the least recently used first. */
  const kept = new Map<string, Conversation>();
  let totalBytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const drop = (id: string, conversation: Conversation) => {
    kept.delete(id);
    totalBytes -= conversation.bytes;
  };

  const evict = () => {
    for (const [id, conversation] of kept) {
      const reason = evictionReason(conversation);
      if (reason === undefined) break;
      if (!conversation.queue.isIdle()) continue;
      drop(id, conversation);
      log.info("Conversation evicted", { ...conversation.key, turns: conversation.turns.length, reason });
    }
    schedule();
  };

  const evictionReason = (conversation: Conversation): string | undefined => {
    if (now() - conversation.usedAt >= limits.idleMs) return "idle";
    if (kept.size > limits.conversations) return "too many conversations";
    if (totalBytes > limits.totalBytes) return "too many bytes";
    return undefined;
  };

  const schedule = () => {
    clearTimeout(timer);
    const [oldest] = kept.values();
    if (oldest === undefined) return;
    // A conversation in use is looked at again later: it moves to the end when it is released.
    timer = setTimeout(evict, Math.max(1000, oldest.usedAt + limits.idleMs - now()));
    timer.unref();
  };

  const shrink = (): number => {
    const goalBytes = totalBytes / 2;
    const before = kept.size;
    for (const [id, conversation] of kept) {
      if (totalBytes <= goalBytes) break;
      if (conversation.queue.isIdle()) drop(id, conversation);
    }
    schedule();
    return before - kept.size;
  };

  const touch = (id: string, conversation: Conversation) => {
    conversation.usedAt = now();
    kept.delete(id);
    kept.set(id, conversation);
  };

  const append = (conversation: Conversation, turn: StoredTurn) => {
    totalBytes -= conversation.bytes;
    conversation.turns = newestThatFit([...conversation.turns, { turn, bytes: turnBytes(turn) }], limits);
    conversation.bytes = conversation.turns.reduce((sum, { bytes }) => sum + bytes, 0);
    totalBytes += conversation.bytes;
  };

  const hold = (id: string, conversation: Conversation): OpenConversation => {
    let isReleased = false;
    return {
      load: () => Promise.resolve(conversation.turns.map(({ turn }) => turn)),
      append: (turn) => {
        if (kept.get(id) === conversation) append(conversation, turn);
        return Promise.resolve();
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        conversation.queue.leave();
        if (kept.get(id) !== conversation) return;
        // One that never got a turn to keep is no conversation.
        if (conversation.turns.length === 0 && conversation.queue.isIdle()) drop(id, conversation);
        else touch(id, conversation);
        evict();
      },
    };
  };

  return {
    open: async (key, signal) => {
      signal.throwIfAborted();
      const id = JSON.stringify([key.agent, key.conversation]);
      evict();
      const conversation = kept.get(id) ?? { key, queue: turnQueue(), turns: [], bytes: 0, usedAt: now() };
      touch(id, conversation);
      await conversation.queue.enter(signal);
      return hold(id, conversation);
    },
    forgetAgent: (agent) => {
      for (const [id, conversation] of kept) if (conversation.key.agent === agent) drop(id, conversation);
    },
    shrink,
    close: () => clearTimeout(timer),
  };
}

/** The longest end of the list that stays within the limits of one conversation. */
function newestThatFit<Turn extends { readonly bytes: number }>(
  turns: readonly Turn[],
  limits: ConversationLimits,
): Turn[] {
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
    return sum + 128 + message.text.length * 2 + images.reduce((bytes, image) => bytes + image.data.byteLength, 0);
  }, 0);
}
