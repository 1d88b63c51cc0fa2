// What was spent of budgets, in a database of the state directory: kept over restarts and crashes, and on the disk at the end of a turn.

import { Database } from "bun:sqlite";
import { chmodSync, renameSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../host/write-whole.ts";
import type { Logger } from "../telemetry/log.ts";

/** Relative to the state directory. */
export const usagePath = "budgets.db";

/** As many windows of one budget as are kept: the present one counts, those before are for whoever looks. */
const keptWindows = 40;

export class StoredUsage {
  readonly #file: string;
  readonly #log: Logger;
  readonly #spent = new Map<string, number>();
  #database: Database | undefined;
  /** The log of the database, for who waits until it is on the disk. */
  #written: Promise<FileHandle> | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isUnflushed = false;
  #isOpened = false;
  #hasFailed = false;

  /** @param file absolute; made with the first question, so that a runtime without budgets has none */
  constructor(file: string, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  spent(scope: string, unit: string, window: string): number {
    this.#open();
    return this.#spent.get(keyOf(scope, unit, window)) ?? 0;
  }

  /** What cannot be stored counts until the process ends. */
  add(scope: string, unit: string, window: string, amount: number): void {
    this.#open();
    const key = keyOf(scope, unit, window);
    this.#spent.set(key, (this.#spent.get(key) ?? 0) + amount);
    this.#attempt("Spent budgets cannot be stored: they count until the end of this run", () =>
      this.#store(scope, unit, window, amount),
    );
  }

  /** Resolves when what was added before is on the disk, or cannot be brought there, which is logged. Never rejects. */
  flush(): Promise<void> {
    if (this.#isUnflushed) this.#flushing = this.#flush();
    return this.#flushing;
  }

  close(): void {
    void this.#written?.then(
      (file) => file.close(),
      () => undefined,
    );
    this.#written = undefined;
    this.#database?.close();
    this.#database = undefined;
  }

  async #flush(): Promise<void> {
    this.#isUnflushed = false;
    try {
      this.#written ??= open(`${this.#file}-wal`, "r+");
      await (await this.#written).datasync();
    } catch (error) {
      this.#written = undefined;
      this.#fails("Spent budgets may not outlive a power cut", error);
    }
  }

  #open(): void {
    if (this.#isOpened) return;
    this.#isOpened = true;
    if (this.#attempt("Spent budgets cannot be read", () => this.#read(this.#file))) return;
    // A file that is none is put aside, for whoever wants to look.
    this.#attempt("Spent budgets start at nothing", () => {
      renameSync(this.#file, `${this.#file}.broken`);
      this.#read(this.#file);
    });
  }

  #read(file: string): void {
    const database = new Database(file, { create: true, strict: true });
    try {
      this.#prepare(database, file);
    } catch (error) {
      // Takes its log along, which would be read as that of the next.
      database.close();
      throw error;
    }
    this.#database = database;
  }

  #prepare(database: Database, file: string): void {
    chmodSync(file, 0o600);
    database.run("PRAGMA journal_mode = WAL");
    // Flushed at the end of turns, not at each call of a model.
    database.run("PRAGMA synchronous = NORMAL");
    database.run(
      "CREATE TABLE IF NOT EXISTS spent (scope TEXT, unit TEXT, window TEXT, amount REAL NOT NULL, PRIMARY KEY (scope, unit, window)) WITHOUT ROWID",
    );
    for (const row of database.query<Row, []>("SELECT scope, unit, window, amount FROM spent").iterate())
      this.#spent.set(keyOf(row.scope, row.unit, row.window), row.amount);
    syncFolder(dirname(file));
  }

  #store(scope: string, unit: string, window: string, amount: number): void {
    if (this.#database === undefined) return;
    this.#isUnflushed = true;
    const { changes } = this.#database
      .query("UPDATE spent SET amount = amount + $amount WHERE scope = $scope AND unit = $unit AND window = $window")
      .run({ scope, unit, window, amount });
    if (changes > 0) return;
    this.#database
      .query("INSERT INTO spent (scope, unit, window, amount) VALUES ($scope, $unit, $window, $amount)")
      .run({ scope, unit, window, amount });
    this.#forgetOld(scope, unit);
  }

  #forgetOld(scope: string, unit: string): void {
    const old = this.#database
      ?.query<{ window: string }, { scope: string; unit: string; kept: number }>(
        "DELETE FROM spent WHERE scope = $scope AND unit = $unit AND window NOT IN (SELECT window FROM spent WHERE scope = $scope AND unit = $unit ORDER BY window DESC LIMIT $kept) RETURNING window",
      )
      .all({ scope, unit, kept: keptWindows });
    for (const { window } of old ?? []) this.#spent.delete(keyOf(scope, unit, window));
  }

  /** Whether it worked; what fails on and on is said once. */
  #attempt(message: string, work: () => void): boolean {
    try {
      work();
      this.#hasFailed = false;
      return true;
    } catch (error) {
      this.#fails(message, error);
      return false;
    }
  }

  #fails(message: string, error: unknown): void {
    if (!this.#hasFailed) this.#log.warn(message, { file: this.#file, error });
    this.#hasFailed = true;
  }
}

interface Row {
  readonly scope: string;
  readonly unit: string;
  readonly window: string;
  readonly amount: number;
}

function keyOf(scope: string, unit: string, window: string): string {
  return JSON.stringify([scope, unit, window]);
}
