// Conversations that live as long as the process: bounded in turns, number, bytes and idle time; least recently used out first.

import type { Logger } from "../telemetry/log.ts";
import type { ConversationKey, Conversations, OpenConversation, StoredTurn } from "./contract.ts";
import { keyText } from "./conversation-key.ts";
import { type ConversationLimits, defaultConversationLimits } from "./conversation-limits.ts";
import type { ConversationEntry, ConversationRecord, KeptConversations } from "./conversation-record.ts";
import { KeptConversation } from "./kept-conversation.ts";

interface Ports {
  readonly log: Logger;
  /** `conversations` and `totalBytes` are those of all agents together; the rest is for those who open without limits of their own. */
  readonly limits?: ConversationLimits;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

export interface InMemoryConversations extends Conversations, KeptConversations {
  /** The store as one agent uses it; of its limits, those of one conversation count. */
  forAgent(limits: ConversationLimits): Conversations;
  /** Forgets everything of an agent that is gone. */
  forgetAgent(agent: string): void;
  /** Releases timers. */
  close(): void;
  /** Lets go of those that nobody uses, least recently used first, until half of the bytes are left. Returns how many went. */
  shrink(): number;
}

/** A timer cannot wait for longer than some weeks. */
const longestWaitMs = 3_600_000;

/** A conversation that a turn holds or waits for is never evicted, so their number may exceed the limit by the turns that run. */
export function inMemoryConversations(ports: Ports): InMemoryConversations {
  return new KeptInMemory(ports);
}

class KeptInMemory implements InMemoryConversations {
  readonly #log: Logger;
  readonly #limits: ConversationLimits;
  readonly #now: () => number;
  /** In order of use: the least recently used first. */
  readonly #kept = new Map<string, KeptConversation>();
  #totalBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ log, limits = defaultConversationLimits, now = () => performance.now() }: Ports) {
    this.#log = log;
    this.#limits = limits;
    this.#now = now;
  }

  open(key: ConversationKey, signal: AbortSignal): Promise<OpenConversation> {
    return this.#open(key, this.#limits, signal);
  }

  forAgent(limits: ConversationLimits): Conversations {
    return { open: (key, signal) => this.#open(key, limits, signal) };
  }

  list(agent: string | undefined, limit: number): Promise<readonly ConversationEntry[]> {
    const lastFirst = [...this.#kept.values()].reverse();
    const found = lastFirst.filter(({ key, bytes }) => bytes > 0 && (agent ?? key.agent) === key.agent);
    return Promise.resolve(found.slice(0, limit).map((conversation) => conversation.record().entry));
  }

  read(key: ConversationKey): Promise<ConversationRecord | undefined> {
    return Promise.resolve(this.#kept.get(keyText(key))?.record());
  }

  remove(key: ConversationKey): Promise<boolean> {
    const conversation = this.#kept.get(keyText(key));
    if (conversation !== undefined) this.#drop(keyText(key), conversation);
    return Promise.resolve(conversation !== undefined);
  }

  async #open(key: ConversationKey, limits: ConversationLimits, signal: AbortSignal): Promise<OpenConversation> {
    signal.throwIfAborted();
    const id = keyText(key);
    this.#evict();
    const conversation = this.#kept.get(id) ?? new KeptConversation(key, limits, this.#now());
    conversation.limits = limits;
    this.#touch(id, conversation);
    await conversation.queue.enter(signal);
    return this.#hold(id, conversation);
  }

  forgetAgent(agent: string): void {
    for (const [id, conversation] of this.#kept) if (conversation.key.agent === agent) this.#drop(id, conversation);
  }

  shrink(): number {
    const goalBytes = this.#totalBytes / 2;
    const before = this.#kept.size;
    for (const [id, conversation] of this.#kept) {
      if (this.#totalBytes <= goalBytes) break;
      if (conversation.queue.isIdle()) this.#drop(id, conversation);
    }
    this.#schedule();
    return before - this.#kept.size;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #hold(id: string, conversation: KeptConversation): OpenConversation {
    let isReleased = false;
    let loaded: readonly StoredTurn[] = [];
    return {
      load: () => {
        loaded = conversation.turns();
        return Promise.resolve(loaded);
      },
      append: (turn) => {
        if (this.#kept.get(id) !== conversation) return Promise.resolve();
        this.#totalBytes -= conversation.bytes;
        conversation.append(turn);
        this.#totalBytes += conversation.bytes;
        return Promise.resolve();
      },
      fold: (count, summary) => {
        if (this.#kept.get(id) !== conversation || isReleased) return Promise.resolve(false);
        this.#totalBytes -= conversation.bytes;
        const isFolded = conversation.fold(loaded[count - 1], summary);
        this.#totalBytes += conversation.bytes;
        return Promise.resolve(isFolded);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        conversation.queue.leave();
        this.#letGo(id, conversation);
      },
    };
  }

  #letGo(id: string, conversation: KeptConversation): void {
    if (this.#kept.get(id) !== conversation) return;
    // One that never got a turn to keep is no conversation.
    if (conversation.turns().length === 0 && conversation.queue.isIdle()) this.#drop(id, conversation);
    else this.#touch(id, conversation);
    this.#evict();
  }

  #touch(id: string, conversation: KeptConversation): void {
    conversation.usedAt = this.#now();
    this.#kept.delete(id);
    this.#kept.set(id, conversation);
  }

  #drop(id: string, conversation: KeptConversation): void {
    this.#kept.delete(id);
    this.#totalBytes -= conversation.bytes;
  }

  #evict(): void {
    for (const [id, conversation] of this.#kept) {
      const reason = this.#evictionReason(conversation);
      if (reason === undefined || !conversation.queue.isIdle()) continue;
      this.#drop(id, conversation);
      this.#log.info("Conversation evicted", { ...conversation.key, turns: conversation.turns().length, reason });
    }
    this.#schedule();
  }

  #evictionReason(conversation: KeptConversation): string | undefined {
    if (this.#now() - conversation.usedAt >= conversation.limits.idleMs) return "idle";
    if (this.#kept.size > this.#limits.conversations) return "too many conversations";
    if (this.#totalBytes > this.#limits.totalBytes) return "too many bytes";
    return undefined;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#kept.size === 0) return;
    // A conversation in use is looked at again later.
    const dueAt = Math.min(...[...this.#kept.values()].map(({ usedAt, limits }) => usedAt + limits.idleMs));
    const waitMs = Math.min(longestWaitMs, Math.max(1000, dueAt - this.#now()));
    this.#timer = setTimeout(() => this.#evict(), waitMs);
    this.#timer.unref();
  }
}
