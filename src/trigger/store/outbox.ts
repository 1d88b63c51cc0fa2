// The answers of runs that are to be delivered, each kept until it has arrived or is given up.

import type { Database } from "bun:sqlite";
import type { TriggerKey } from "./run-record.ts";
import type { RunRow } from "./run-row.ts";

/** Of an answer that nobody waits for any more. */
export const keptAnswerChars = 8_192;

export interface PendingDelivery extends TriggerKey {
  readonly seq: number;
  readonly id: string;
  readonly answer: string;
  /** As `keepAnswer` was told. */
  readonly target: string;
  readonly dueMs: number;
  readonly endedMs: number;
  readonly hops: number;
  readonly promptDigest: string;
}

/** Every call is synchronous and throws what SQLite throws. */
export class Outbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Triggers with answers that are to be delivered. */
  keysToDeliver(): readonly TriggerKey[] {
    return this.#database
      .query<TriggerKey, []>("select distinct agent, trigger from run where delivery in ('pending', 'hub')")
      .all();
  }

  /** The oldest that is not `besides`; `toHub`: also of those that a hub may not have heard. */
  nextDelivery(
    { agent, trigger }: TriggerKey,
    { toHub, besides }: { readonly toHub: boolean; readonly besides: readonly number[] },
  ): PendingDelivery | undefined {
    const row = this.#database
      .query<RunRow, [string, string, string, string]>(
        `select * from run where agent = ? and trigger = ? and delivery in ('pending', ?)
           and seq not in (select value from json_each(?)) order by seq limit 1`,
      )
      .get(agent, trigger, toHub ? "hub" : "pending", JSON.stringify(besides));
    if (row === null) return undefined;
    return {
      agent,
      trigger,
      seq: row.seq,
      id: row.id,
      answer: row.answer ?? "",
      target: row.target ?? "{}",
      dueMs: row.due_ms,
      endedMs: row.ended_ms ?? row.due_ms,
      hops: row.hops,
      promptDigest: row.prompt_digest ?? "",
    };
  }

  countToDeliver({ agent, trigger }: TriggerKey): number {
    const row = this.#database
      .query<{ n: number }, [string, string]>(
        "select count(*) n from run where agent = ? and trigger = ? and delivery in ('pending', 'hub')",
      )
      .get(agent, trigger);
    return row?.n ?? 0;
  }

  /** Who listens here has it; whether a hub has is another matter, of which `reason` tells. */
  sentTo(seq: number, reason: string): void {
    this.#database.run("update run set delivery = 'hub', delivery_reason = ? where seq = ?", [reason, seq]);
  }

  delivered(seq: number): void {
    this.#endDelivery(seq, "delivered", null);
  }

  giveUp(seq: number, reason: string): void {
    this.#endDelivery(seq, "given-up", reason);
  }

  /** It is tried again; the last problem is shown. Whether that is another one than before. */
  notYet(seq: number, reason: string): boolean {
    const { changes } = this.#database.run(
      "update run set delivery_reason = ? where seq = ? and delivery_reason is not ?",
      [reason, seq, reason],
    );
    return changes > 0;
  }

  #endDelivery(seq: number, state: string, reason: string | null): void {
    this.#database.run(
      `update run set delivery = ?, delivery_reason = ?, delivered_ms = ?,
         answer = coalesce(json_extract(target, '$.kept'), substr(answer, 1, ?)) where seq = ?`,
      [state, reason, Date.now(), keptAnswerChars, seq],
    );
  }
}
