// The record of every run, in SQLite: on disk before a run begins, so that no tick is run twice.

import { Database } from "bun:sqlite";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { mustBeWhole } from "../../host/broken-database.ts";
import { makeFolder } from "../../host/write-whole.ts";
import { eventDetails, openRun } from "./event-row.ts";
import { keptAnswerChars, Outbox } from "./outbox.ts";
import type { OpenRun, RunEvent, RunRecord, RunState, TriggerKey } from "./run-record.ts";
import { recordOf, type RunRow } from "./run-row.ts";
import { Schedules } from "./schedules.ts";
import { prepareSchema } from "./schema.ts";

/** Of one trigger, beside those that wait or are to be delivered. */
export const keptRuns = 500;
/** Of all triggers together, those of agents that are gone included. */
const keptInAll = 20_000;

export interface NewRun extends TriggerKey {
  readonly id: string;
  readonly kind: string;
  readonly dueMs: number;
  readonly event?: RunEvent;
  readonly reason?: string;
}

export function storePath(stateDirectory: string): string {
  return join(stateDirectory, "triggers", "runs.sqlite");
}

export function hasStore(stateDirectory: string): boolean {
  return existsSync(storePath(stateDirectory));
}

/** An answer that is to be delivered is kept whole until it is, and shown as it will be kept. */
const shownRuns = "select *, json_extract(target, '$.kept') kept from run";

/** Every call is synchronous and throws what SQLite throws: a disk that is full, say. */
export class RunStore {
  /** How far each trigger has come. */
  readonly schedules: Schedules;
  /** The answers that are to be delivered. */
  readonly outbox: Outbox;
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    this.schedules = new Schedules(database);
    this.outbox = new Outbox(database);
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

  /** `target` present: the answer is to be delivered there, whole; `kept` is what may be shown, and what stays after that. */
  keepAnswer(
    seq: number,
    answer: { readonly whole: string; readonly kept: string },
    promptDigest: string,
    target: string | undefined,
  ): void {
    const shown = answer.kept.slice(0, keptAnswerChars);
    const other = answer.kept === answer.whole ? null : shown;
    this.#database.run(
      `update run set state = 'done', answer = ?, prompt_digest = ?, target = json_set(?, '$.kept', ?), delivery = ?, ended_ms = ?, payload = null
         where seq = ?`,
      [
        target === undefined ? shown : answer.whole,
        promptDigest,
        target ?? null,
        other,
        target === undefined ? null : "pending",
        Date.now(),
        seq,
      ],
    );
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

  /** The newest, newest last. */
  runs(query: { readonly agent?: string; readonly last: number }): readonly RunRecord[] {
    const rows =
      query.agent === undefined
        ? this.#database.query<RunRow, [number]>(`${shownRuns} order by seq desc limit ?`).all(query.last)
        : this.#database
            .query<RunRow, [string, number]>(`${shownRuns} where agent = ? order by seq desc limit ?`)
            .all(query.agent, query.last);
    return rows.reverse().map(recordOf);
  }

  close(): void {
    this.#database.close();
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
