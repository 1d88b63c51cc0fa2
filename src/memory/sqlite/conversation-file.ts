// The database of conversations over its life: opened when it is needed first, put aside when it is broken, left alone while the disk is full. A
// store that cannot be used costs memory of what was said, and nobody an answer.

import { type FileHandle, open } from "node:fs/promises";
import type { Database } from "bun:sqlite";
import type { Logger } from "../../telemetry/log.ts";
import { isBroken, isForWantOfRoom, putAside } from "../../host/broken-database.ts";
import { NewerSchema, openDatabase } from "./conversation-database.ts";
import { ConversationRows } from "./conversation-rows.ts";

export interface ConversationFilePorts {
  /** Absolute. */
  readonly path: string;
  readonly log: Logger;
  /** Told of a write that failed for want of room. */
  readonly onFullDisk?: () => void;
  /** Called with the rows of each database that is opened. What it throws is as if opening had failed. */
  readonly onOpen: (rows: ConversationRows) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** How long nobody tries again to open what could not be opened. */
const retryMs = 10_000;

export class ConversationFile {
  readonly #ports: ConversationFilePorts;
  readonly #now: () => number;
  #opened: { readonly database: Database; readonly rows: ConversationRows } | undefined;
  #flushed: Promise<FileHandle> | undefined;
  #retryAt = -Infinity;
  #problem: string | undefined;
  #isClosed = false;

  constructor(ports: ConversationFilePorts) {
    this.#ports = ports;
    this.#now = ports.now ?? (() => performance.now());
  }

  /** Why nothing can be remembered now; undefined: it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What `work` returns, or undefined when the store cannot be used, which is logged once. A broken file is put aside, and the work done on a new one. */
  use<Result>(work: (rows: ConversationRows) => Result): Result | undefined {
    for (let tries = 0; tries < 2; tries++) {
      try {
        const rows = this.#rows();
        if (rows === undefined) return undefined;
        const result = work(rows);
        this.#isWell();
        return result;
      } catch (error) {
        if (!isBroken(error) || !this.#putAside(error)) {
          this.#fails(error);
          return undefined;
        }
      }
    }
    return undefined;
  }

  /** Resolves when what was committed before is on the disk; false when it may not be. Never rejects. */
  async flush(): Promise<boolean> {
    try {
      this.#flushed ??= open(`${this.#ports.path}-wal`, "r+");
      await (await this.#flushed).datasync();
      return true;
    } catch (error) {
      this.#flushed = undefined;
      this.#fails(error);
      return false;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#closeDatabase();
  }

  #rows(): ConversationRows | undefined {
    if (this.#opened !== undefined) return this.#opened.rows;
    if (this.#isClosed || this.#now() < this.#retryAt) return undefined;
    this.#retryAt = this.#now() + retryMs;
    const database = openDatabase(this.#ports.path);
    const rows = new ConversationRows(database);
    try {
      this.#ports.onOpen(rows);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#opened = { database, rows };
    this.#retryAt = -Infinity;
    return rows;
  }

  /** False when it cannot be put aside. */
  #putAside(error: unknown): boolean {
    const { path, log } = this.#ports;
    this.#closeDatabase();
    this.#retryAt = -Infinity;
    try {
      const aside = putAside(path, new Date());
      log.error("The store of conversations is broken: it is put aside, and agents begin with an empty one", {
        aside,
        reason: textOf(error),
      });
      return true;
    } catch (cause) {
      log.error("The broken store of conversations cannot be put aside", { path, reason: textOf(cause) });
      return false;
    }
  }

  #fails(error: unknown): void {
    if (isForWantOfRoom(error)) this.#ports.onFullDisk?.();
    const problem = error instanceof NewerSchema ? error.message : textOf(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#ports.log.error("Conversations are not remembered: agents answer without", { reason: problem });
  }

  #isWell(): void {
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#ports.log.info("Conversations are remembered again");
  }

  #closeDatabase(): void {
    const { database } = this.#opened ?? {};
    this.#opened = undefined;
    const flushed = this.#flushed;
    this.#flushed = undefined;
    void flushed?.then(
      (file) => file.close(),
      () => undefined,
    );
    database?.close();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
