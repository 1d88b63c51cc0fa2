// The tables of the runs' store, and how a store of an earlier form becomes one of this.

import type { Database } from "bun:sqlite";

const statements = [
  `create table run (
    seq integer primary key autoincrement,
    id text not null unique,
    agent text not null,
    trigger text not null,
    kind text not null,
    due_ms integer not null,
    started_ms integer,
    ended_ms integer,
    state text not null,
    reason text,
    times integer not null default 1,
    event_name text,
    event_key text,
    event_json text,
    payload blob,
    hops integer not null default 0,
    prompt_digest text,
    answer text,
    delivery text,
    target text,
    delivery_reason text,
    delivered_ms integer
  )`,
  "create index run_of_trigger on run (agent, trigger, seq)",
  "create index run_to_deliver on run (agent, trigger, seq) where delivery in ('pending', 'hub')",
  "create index run_open on run (state) where state in ('queued', 'running')",
  `create table schedule (
    agent text not null,
    trigger text not null,
    spec text not null,
    cursor_ms integer not null,
    primary key (agent, trigger)
  )`,
  // Ticks that were taken, from the first to the last of a row without a gap: what a clock that was set back must not take again.
  `create table taken (
    seq integer primary key autoincrement,
    agent text not null,
    trigger text not null,
    first_ms integer not null,
    last_ms integer not null
  )`,
  `create table seen_file (
    agent text not null,
    trigger text not null,
    name text not null,
    stamp text not null,
    primary key (agent, trigger, name)
  )`,
  "pragma user_version = 1",
];

/** Throws what SQLite throws. */
export function prepareSchema(database: Database): void {
  const version = database.query<{ user_version: number }, []>("pragma user_version").get()?.user_version ?? 0;
  if (version > 1) throw new Error(`The store is of a later version (${version}) than this program knows`);
  if (version === 1) return;
  database.transaction(() => {
    for (const statement of statements) database.run(statement);
  })();
}
