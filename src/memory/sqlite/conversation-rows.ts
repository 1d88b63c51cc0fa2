// What is asked of the database of conversations, and nothing of files, queues or failures: each call is one transaction, and throws what SQLite throws.

import type { Database } from "bun:sqlite";
import type { ConversationKey, StoredTurn } from "../contract.ts";
import type { ConversationLimits } from "../conversation-limits.ts";
import type { ConversationEntry, RecordedTurn } from "../conversation-record.ts";
import { decodeTurn } from "../turn-codec.ts";

export interface ConversationRow {
  readonly id: number;
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  readonly turns: number;
  readonly bytes: number;
  readonly next_seq: number;
  readonly created_ms: number;
  readonly used_ms: number;
  readonly expire_ms: number;
}

interface TurnRow {
  readonly seq: number;
  readonly at_ms: number;
  readonly messages: string;
}

export interface NumberedTurn extends RecordedTurn {
  readonly seq: number;
}

/** What is to be added, encoded already. */
export interface NewTurn {
  readonly messages: string;
  readonly bytes: number;
  readonly nowMs: number;
}

export class ConversationRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find({ agent, owner = "", conversation }: ConversationKey): ConversationRow | undefined {
    const query = this.#database.query<ConversationRow, [string, string, string]>(
      "SELECT * FROM conversations WHERE agent = ? AND owner = ? AND name = ?",
    );
    return query.get(agent, owner, conversation) ?? undefined;
  }

  /** The newest `limit`, oldest first. One that cannot be read is left out. */
  turns(id: number, limit: number): readonly NumberedTurn[] {
    const query = this.#database.query<TurnRow, [number, number]>(
      "SELECT seq, at_ms, messages FROM turns WHERE conversation = ? ORDER BY seq DESC LIMIT ?",
    );
    return query.all(id, limit).reverse().flatMap(recordedTurn);
  }

  /** Adds a turn and lets go of those that the limits leave no room for, oldest first. */
  append(key: ConversationKey, turn: NewTurn, limits: ConversationLimits): void {
    this.#database.transaction(() => {
      const row = this.find(key) ?? this.#create(key, turn.nowMs);
      this.#database
        .query("INSERT INTO turns (conversation, seq, at_ms, bytes, messages) VALUES (?, ?, ?, ?, ?)")
        .run(row.id, row.next_seq, turn.nowMs, turn.bytes, turn.messages);
      const left = this.#prune({ ...row, turns: row.turns + 1, bytes: row.bytes + turn.bytes }, limits);
      this.#database
        .query("UPDATE conversations SET turns = ?, bytes = ?, next_seq = ?, used_ms = ?, expire_ms = ? WHERE id = ?")
        .run(left.turns, left.bytes, row.next_seq + 1, turn.nowMs, limits.idleMs, row.id);
    })();
  }

  /** Puts a summary in the place of the oldest turns, with the number of the last of them. */
  fold(row: ConversationRow, through: number, summary: NewTurn): void {
    this.#database.transaction(() => {
      const gone = this.#database
        .query<{ turns: number; bytes: number }, [number, number]>(
          "SELECT count(*) AS turns, coalesce(sum(bytes), 0) AS bytes FROM turns WHERE conversation = ? AND seq <= ?",
        )
        .get(row.id, through) ?? { turns: 0, bytes: 0 };
      this.#database.query("DELETE FROM turns WHERE conversation = ? AND seq <= ?").run(row.id, through);
      this.#database
        .query("INSERT INTO turns (conversation, seq, at_ms, bytes, messages) VALUES (?, ?, ?, ?, ?)")
        .run(row.id, through, summary.nowMs, summary.bytes, summary.messages);
      this.#database
        .query("UPDATE conversations SET turns = ?, bytes = ? WHERE id = ?")
        .run(row.turns - gone.turns + 1, row.bytes - gone.bytes + summary.bytes, row.id);
    })();
  }

  /** The last used first. */
  list(agent: string | undefined, limit: number): readonly ConversationRow[] {
    const where = agent === undefined ? "" : "WHERE agent = ?1";
    const query = this.#database.query<ConversationRow, (string | number)[]>(
      `SELECT * FROM conversations ${where} ORDER BY used_ms DESC, id DESC LIMIT ?2`,
    );
    return query.all(agent ?? "", limit);
  }

  remove(ids: readonly number[]): void {
    this.#database.transaction(() => {
      for (const id of ids) {
        this.#database.query("DELETE FROM turns WHERE conversation = ?").run(id);
        this.#database.query("DELETE FROM conversations WHERE id = ?").run(id);
      }
    })();
  }

  /** The same, with nothing left of it on the disk. */
  erase(id: number): void {
    this.#database.run("PRAGMA secure_delete = ON");
    try {
      this.remove([id]);
    } finally {
      this.#database.run("PRAGMA secure_delete = FAST");
    }
    this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** Corrects when these were used last. */
  restamp(rows: readonly { readonly id: number; readonly usedMs: number }[]): void {
    this.#database.transaction(() => {
      for (const { id, usedMs } of rows)
        this.#database.query("UPDATE conversations SET used_ms = ? WHERE id = ?").run(usedMs, id);
    })();
  }

  #create({ agent, owner = "", conversation }: ConversationKey, nowMs: number): ConversationRow {
    const values = [agent, owner, conversation, 0, 0, 1, nowMs, nowMs, 0] as const;
    const { lastInsertRowid } = this.#database
      .query(
        "INSERT INTO conversations (agent, owner, name, turns, bytes, next_seq, created_ms, used_ms, expire_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(...values);
    const id = Number(lastInsertRowid);
    const counts = { turns: 0, bytes: 0, next_seq: 1 };
    return { id, agent, owner, name: conversation, ...counts, created_ms: nowMs, used_ms: nowMs, expire_ms: 0 };
  }

  #prune(row: ConversationRow, limits: ConversationLimits): { readonly turns: number; readonly bytes: number } {
    let { turns, bytes } = row;
    if (turns <= limits.turns && bytes <= limits.conversationBytes) return { turns, bytes };
    const kept = this.#database
      .query<{ seq: number; bytes: number }, [number]>(
        "SELECT seq, bytes FROM turns WHERE conversation = ? ORDER BY seq",
      )
      .all(row.id);
    for (const turn of kept) {
      if (turns <= limits.turns && bytes <= limits.conversationBytes) break;
      this.#database.query("DELETE FROM turns WHERE conversation = ? AND seq = ?").run(row.id, turn.seq);
      turns -= 1;
      bytes -= turn.bytes;
    }
    return { turns, bytes };
  }
}

export function entryOf(row: ConversationRow): ConversationEntry {
  const owner = row.owner === "" ? {} : { owner: row.owner };
  return {
    key: { agent: row.agent, ...owner, conversation: row.name },
    turns: row.turns,
    bytes: row.bytes,
    createdMs: row.created_ms,
    usedMs: row.used_ms,
  };
}

function recordedTurn({ seq, at_ms: atMs, messages }: TurnRow): readonly NumberedTurn[] {
  const turn: StoredTurn | undefined = decodeTurn(messages);
  return turn === undefined ? [] : [{ ...turn, atMs, seq }];
}
