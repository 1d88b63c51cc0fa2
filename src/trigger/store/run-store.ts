// The record of every run, and of how far each schedule has come: in SQLite, on disk before a run begins, so that no tick is run twice.

import { Database } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { objectOf } from "../../bus/jobs/jetstream.ts";
import { mustBeWhole } from "../../host/broken-database.ts";
import { makeFolder } from "../../host/write-whole.ts";
import { traceHeaders } from "../../protocol/trace-context.ts";
import { keptTrace } from "./kept-trace.ts";
import type { OpenRun, RunEvent, RunRecord, RunState } from "./run-record.ts";
import { recordOf, type RunRow } from "./run-row.ts";
import { prepareSchema } from "./schema.ts";

/** Of one trigger, beside those that wait or are to be delivered. */
export const keptRuns = 500;
/** Of all triggers together, those of agents that are gone included. */
const keptInAll = 20_000;
const keptAnswerChars = 8_192;
const keptRanges = 100;

/** Who a run belongs to. */
export interface TriggerKey {
  readonly agent: string;
  readonly trigger: string;
}

export interface NewRun extends TriggerKey {
  readonly id: string;
  readonly kind: string;
  readonly dueMs: number;
  readonly event?: RunEvent;
  readonly reason?: string;
}

/** Ticks from the first to the last, each of which was taken. */
export interface TakenRange {
  readonly seq: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

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

export function storePath(stateDirectory: string): string {
  return join(stateDirectory, "triggers", "runs.sqlite");
}

export function hasStore(stateDirectory: string): boolean {
  return existsSync(storePath(stateDirectory));
}

/** Every call is synchronous and throws what SQLite throws: a disk that is full, say. */
export class RunStore {
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Makes it where it is missing. Throws when it cannot be used. */
  static open(stateDirectory: string): RunStore {
    const path = storePath(stateDirectory);
    makeFolder(join(stateDirectory, "triggers"));
    const database = new Database(path, { create: true, readwrite: true });
    try {
      chmodSync(path, 0o600);
      database.run("pragma journal_mode = wal");
      database.run("pragma synchronous = full");
      database.run("pragma busy_timeout = 2000");
      database.run("pragma journal_size_limit = 4194304");
      prepareSchema(database);
      mustBeWhole(database);
      return new RunStore(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Of a runtime that does not run. Throws when there is none. */
  static read(stateDirectory: string): RunStore {
    return new RunStore(new Database(storePath(stateDirectory), { readonly: true }));
  }

  /** All or nothing. */
  together<Result>(act: () => Result): Result {
    return this.#database.transaction(act).immediate();
  }

  add(run: NewRun, state: RunState): number {
    const { event } = run;
    const details = event === undefined ? null : eventDetails(event);
    const isOver = state === "skipped" || state === "failed";
    const added = this.#database.run(
      `insert into run (id, agent, trigger, kind, due_ms, started_ms, ended_ms, state, reason, event_name, event_key, event_json, payload, hops)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        run.id,
        run.agent,
        run.trigger,
        run.kind,
        run.dueMs,
        null,
        isOver ? Date.now() : null,
        state,
        run.reason ?? null,
        event?.name ?? null,
        event?.key ?? null,
        details,
        event?.payload ?? null,
        event?.hops ?? 0,
      ],
    );
    this.#prune(run);
    return Number(added.lastInsertRowid);
  }

  /** Recorded as one with the skipped run before it, when that was skipped for the same reason. */
  skip(run: NewRun, times = 1): void {
    const last = this.#database
      .query<{ seq: number; state: string; reason: string | null }, [string, string]>(
        "select seq, state, reason from run where agent = ? and trigger = ? order by seq desc limit 1",
      )
      .get(run.agent, run.trigger);
    if (last?.state === "skipped" && last.reason === (run.reason ?? null)) {
      this.#database.run("update run set times = times + ?, due_ms = ?, ended_ms = ? where seq = ?", [
        times,
        run.dueMs,
        Date.now(),
        last.seq,
      ]);
      return;
    }
    const seq = this.add(run, "skipped");
    if (times > 1) this.#database.run("update run set times = ? where seq = ?", [times, seq]);
  }

  /** The oldest that waits. */
  nextQueued({ agent, trigger }: TriggerKey): OpenRun | undefined {
    const row = this.#database
      .query<RunRow, [string, string]>(
        "select * from run where agent = ? and trigger = ? and state = 'queued' order by seq limit 1",
      )
      .get(agent, trigger);
    return row === null ? undefined : openRun(row);
  }

  countQueued({ agent, trigger }: TriggerKey): number {
    const row = this.#database
      .query<{ n: number }, [string, string]>(
        "select count(*) n from run where agent = ? and trigger = ? and state = 'queued'",
      )
      .get(agent, trigger);
    return row?.n ?? 0;
  }

  /** Whether a message with this key is among the runs that are kept. */
  knowsEvent({ agent, trigger }: TriggerKey, key: string): boolean {
    const row = this.#database
      .query("select 1 from run where agent = ? and trigger = ? and event_key = ? limit 1")
      .get(agent, trigger, key);
    return row !== null;
  }

  begin(seq: number): void {
    this.#database.run("update run set state = 'running', started_ms = ? where seq = ?", [Date.now(), seq]);
  }

  /** It had not begun after all: it has its turn again. */
  putBack(seq: number): void {
    this.#database.run("update run set state = 'queued', started_ms = null where seq = ?", [seq]);
  }

  /** Without an answer. */
  end(seq: number, state: "failed" | "skipped", reason: string): void {
    this.#database.run("update run set state = ?, reason = ?, ended_ms = ?, payload = null where seq = ?", [
      state,
      reason,
      Date.now(),
      seq,
    ]);
  }

  /** `target` present: the answer is to be delivered there. */
  keepAnswer(seq: number, answer: string, promptDigest: string, target: string | undefined): void {
    const kept = target === undefined ? answer.slice(0, keptAnswerChars) : answer;
    this.#database.run(
      `update run set state = 'done', answer = ?, prompt_digest = ?, target = ?, delivery = ?, ended_ms = ?, payload = null where seq = ?`,
      [kept, promptDigest, target ?? null, target === undefined ? null : "pending", Date.now(), seq],
    );
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

  /** What was running when the process before ended was not finished by it, and is not run again. */
  failInterrupted(): number {
    return this.#database.run(
      "update run set state = 'failed', reason = 'The runtime ended during the run', ended_ms = ?, payload = null where state = 'running'",
      [Date.now()],
    ).changes;
  }

  /** Of a trigger that is no more. */
  skipQueued({ agent, trigger }: TriggerKey, reason: string): void {
    this.#database.run(
      "update run set state = 'skipped', reason = ?, ended_ms = ?, payload = null where agent = ? and trigger = ? and state = 'queued'",
      [reason, Date.now(), agent, trigger],
    );
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

  /** The newest, newest last. */
  runs(query: { readonly agent?: string; readonly last: number }): readonly RunRecord[] {
    const rows =
      query.agent === undefined
        ? this.#database.query<RunRow, [number]>("select * from run order by seq desc limit ?").all(query.last)
        : this.#database
            .query<RunRow, [string, number]>("select * from run where agent = ? order by seq desc limit ?")
            .all(query.agent, query.last);
    return rows.reverse().map(recordOf);
  }

  close(): void {
    this.#database.close();
  }

  #endDelivery(seq: number, state: string, reason: string | null): void {
    this.#database.run(
      "update run set delivery = ?, delivery_reason = ?, delivered_ms = ?, answer = substr(answer, 1, ?) where seq = ?",
      [state, reason, Date.now(), keptAnswerChars, seq],
    );
  }

  #prune({ agent, trigger }: TriggerKey): void {
    const over = "state in ('done', 'failed', 'skipped') and (delivery is null or delivery not in ('pending', 'hub'))";
    this.#database.run(
      `delete from run where agent = ?1 and trigger = ?2 and ${over} and seq <=
         (select seq from run where agent = ?1 and trigger = ?2 and ${over} order by seq desc limit 1 offset ?3)`,
      [agent, trigger, keptRuns],
    );
    this.#database.run(`delete from run where ${over} and seq <= (select max(seq) from run) - ?`, [keptInAll]);
  }
}

function openRun(row: RunRow): OpenRun {
  const event = eventOf(row);
  return { seq: row.seq, id: row.id, dueMs: row.due_ms, ...(event === undefined ? {} : { event }) };
}

/** What has no column of its own. */
function eventDetails({ path, stamp, trace }: RunEvent): string {
  return JSON.stringify({ path, stamp, ...(trace === undefined ? {} : { trace: traceHeaders(trace) }) });
}

function eventOf(row: RunRow): RunEvent | undefined {
  if (row.event_name === null) return undefined;
  const { path, stamp, trace: headers } = objectOf(JSON.parse(row.event_json ?? "{}"));
  const trace = keptTrace(headers);
  return {
    name: row.event_name,
    hops: row.hops,
    ...(row.payload === null ? {} : { payload: row.payload }),
    ...(typeof path === "string" ? { path } : {}),
    ...(typeof stamp === "string" ? { stamp } : {}),
    ...(trace === undefined ? {} : { trace }),
  };
}
