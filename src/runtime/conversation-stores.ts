// Where conversations are: each store once for the runtime, and of each what an agent's manifest says.

import { join } from "node:path";
import type { BusConnection } from "../bus/connection/connection.ts";
import { ConversationBucket } from "../bus/memory/conversation-bucket.ts";
import { KvConversations } from "../bus/memory/kv-conversations.ts";
import type { AgentConfig, Identity, MemoryConfig } from "../manifest/manifest.ts";
import type { ConversationKey, Conversations } from "../memory/contract.ts";
import type { ConversationLimits } from "../memory/conversation-limits.ts";
import type { ConversationEntry, ConversationRecord, KeptConversations } from "../memory/conversation-record.ts";
import { inMemoryConversations, type InMemoryConversations } from "../memory/in-memory-conversations.ts";
import { databasePath } from "../memory/sqlite/conversation-database.ts";
import { SqliteConversations } from "../memory/sqlite/sqlite-conversations.ts";
import type { Logger } from "../telemetry/log.ts";

export type StoreName = MemoryConfig["store"];

export interface ConversationStoresPorts {
  readonly stateDirectory: string;
  readonly log: Logger;
  /** A write failed for want of room. */
  readonly onFullDisk: () => void;
}

export class ConversationStores {
  readonly #memory: InMemoryConversations;
  readonly #sqlite: SqliteConversations;
  readonly #log: Logger;
  /** By identity, which a reload may change; those of before serve their turns to the end. */
  readonly #kv = new Map<string, KvConversations>();
  #bus: BusConnection | undefined;

  constructor({ stateDirectory, log, onFullDisk }: ConversationStoresPorts) {
    this.#log = log;
    this.#memory = inMemoryConversations({ log });
    this.#sqlite = new SqliteConversations({ path: join(stateDirectory, databasePath), log, onFullDisk });
  }

  /** Those of an agent, as its manifest says. */
  of({ memory }: Pick<AgentConfig, "memory">, identity: Identity): Conversations {
    return this.#store(memory.store, identity).forAgent(limitsOf(memory));
  }

  /** To be called before agents with `kv` start. */
  useBus(bus: BusConnection): void {
    this.#bus = bus;
  }

  /** An agent's conversations outlive it where they outlive the process: its file may be back tomorrow. */
  forgetAgent(name: string): void {
    this.#memory.forgetAgent(name);
  }

  /** False: the disk is full. */
  setStoring(isStoring: boolean): void {
    this.#sqlite.setStoring(isStoring);
  }

  /** Why what should be on disk is not; undefined: it is. */
  problem(): string | undefined {
    return this.#sqlite.problem();
  }

  /** Forgets some of those in memory; returns how many. */
  shrink(): number {
    return this.#memory.shrink();
  }

  /** Of all stores; in each the last used first. */
  async list(
    agent: string | undefined,
    limit: number,
  ): Promise<readonly { readonly store: StoreName; readonly entry: ConversationEntry }[]> {
    const found = await Promise.all(
      this.#named().map(async ([store, kept]) => (await kept.list(agent, limit)).map((entry) => ({ store, entry }))),
    );
    return found.flat();
  }

  /** From the first store that has it. */
  async read(
    key: ConversationKey,
  ): Promise<{ readonly store: StoreName; readonly record: ConversationRecord } | undefined> {
    for (const [store, kept] of this.#named()) {
      const record = await kept.read(key);
      if (record !== undefined) return { store, record };
    }
    return undefined;
  }

  /** From every store. False: none had it. */
  async remove(key: ConversationKey): Promise<boolean> {
    const removed = await Promise.all(this.#named().map(([, kept]) => kept.remove(key)));
    return removed.includes(true);
  }

  close(): void {
    this.#memory.close();
    this.#sqlite.close();
  }

  #store(store: StoreName, identity: Identity) {
    switch (store) {
      case "sqlite":
        return this.#sqlite;
      case "memory":
        return this.#memory;
      case "kv":
        return this.#ofBucket(identity);
    }
  }

  #ofBucket(identity: Identity): KvConversations {
    if (this.#bus === undefined) throw new Error("Conversations are asked for before there is a bus");
    const id = `${identity.agent}.${identity.owner}`;
    const bucket = new ConversationBucket(this.#bus);
    const kept = this.#kv.get(id) ?? new KvConversations({ bucket, identity, log: this.#log });
    this.#kv.set(id, kept);
    return kept;
  }

  #named(): readonly (readonly [StoreName, KeptConversations])[] {
    return [
      ["sqlite", this.#sqlite],
      ["memory", this.#memory],
      ...[...this.#kv.values()].map((kept) => ["kv", kept] as const),
    ];
  }
}

function limitsOf(memory: MemoryConfig): ConversationLimits {
  return {
    // A summary that fails is tried again: until then there are more turns than are to be kept.
    turns: memory.summarise ? 2 * memory.keepTurns + 1 : memory.keepTurns,
    conversationBytes: memory.conversationBytes,
    conversations: memory.conversations,
    totalBytes: memory.totalBytes,
    idleMs: memory.expireMs,
  };
}
