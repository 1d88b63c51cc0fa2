// Conversations as their operator sees them: which there are, what was said, and away with them.

import type { ConversationKey, StoredTurn } from "./contract.ts";

export interface ConversationEntry {
  readonly key: ConversationKey;
  readonly turns: number;
  readonly bytes: number;
  /** Ms since 1970, by this machine's clock at that time. */
  readonly createdMs: number;
  readonly usedMs: number;
}

export interface ConversationRecord {
  readonly entry: ConversationEntry;
  /** Oldest first. */
  readonly turns: readonly RecordedTurn[];
}

export interface RecordedTurn extends StoredTurn {
  /** Ms since 1970. */
  readonly atMs: number;
}

/** A store, for those who look after it. Each rejects with a text for its reader where the store cannot be read. */
export interface KeptConversations {
  /** Of one agent, or of all; the last used first, at most `limit`. */
  list(agent: string | undefined, limit: number): Promise<readonly ConversationEntry[]>;
  /** Undefined: there is none. */
  read(key: ConversationKey): Promise<ConversationRecord | undefined>;
  /** False: there was none. A turn under way in it is not remembered. */
  remove(key: ConversationKey): Promise<boolean>;
}
