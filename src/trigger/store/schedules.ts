// How far each trigger has come: the ticks that were taken, and the files that were seen.

import type { Database } from "bun:sqlite";
import type { TriggerKey } from "./run-record.ts";

const keptRanges = 100;

/** Ticks from the first to the last, each of which was taken. */
export interface TakenRange {
  readonly seq: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Every call is synchronous and throws what SQLite throws. */
export class Schedules {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** How far the schedule has come; undefined: nothing is known of it, or it was another. */
  cursorMs({ agent, trigger }: TriggerKey, spec: string): number | undefined {
    const row = this.#database
      .query<{ spec: string; cursor_ms: number }, [string, string]>(
        "select spec, cursor_ms from schedule where agent = ? and trigger = ?",
      )
      .get(agent, trigger);
    return row?.spec === spec ? row.cursor_ms : undefined;
  }

  setCursor({ agent, trigger }: TriggerKey, spec: string, cursorMs: number): void {
    this.#database.run(
      `insert into schedule (agent, trigger, spec, cursor_ms) values (?, ?, ?, ?)
       on conflict (agent, trigger) do update set spec = excluded.spec, cursor_ms = excluded.cursor_ms`,
      [agent, trigger, spec, cursorMs],
    );
  }

  /** Newest first. */
  takenRanges({ agent, trigger }: TriggerKey): TakenRange[] {
    return this.#database
      .query<TakenRange, [string, string]>(
        "select seq, first_ms firstMs, last_ms lastMs from taken where agent = ? and trigger = ? order by seq desc",
      )
      .all(agent, trigger);
  }

  /** `follows`: the range that the tick comes right after. */
  take({ agent, trigger }: TriggerKey, tickMs: number, follows: TakenRange | undefined): void {
    if (follows !== undefined) {
      this.#database.run("update taken set last_ms = ? where seq = ?", [tickMs, follows.seq]);
      return;
    }
    this.#database.run("insert into taken (agent, trigger, first_ms, last_ms) values (?, ?, ?, ?)", [
      agent,
      trigger,
      tickMs,
      tickMs,
    ]);
    this.#database.run(
      `delete from taken where agent = ?1 and trigger = ?2 and seq <=
         (select seq from taken where agent = ?1 and trigger = ?2 order by seq desc limit 1 offset ?3)`,
      [agent, trigger, keptRanges],
    );
  }

  seenFiles({ agent, trigger }: TriggerKey): Map<string, string> {
    const rows = this.#database
      .query<{ name: string; stamp: string }, [string, string]>(
        "select name, stamp from seen_file where agent = ? and trigger = ?",
      )
      .all(agent, trigger);
    return new Map(rows.map(({ name, stamp }) => [name, stamp]));
  }

  sawFile({ agent, trigger }: TriggerKey, name: string, stamp: string): void {
    this.#database.run(
      `insert into seen_file (agent, trigger, name, stamp) values (?, ?, ?, ?)
       on conflict (agent, trigger, name) do update set stamp = excluded.stamp`,
      [agent, trigger, name, stamp],
    );
  }

  forgetFile({ agent, trigger }: TriggerKey, name: string): void {
    this.#database.run("delete from seen_file where agent = ? and trigger = ? and name = ?", [agent, trigger, name]);
  }
}
