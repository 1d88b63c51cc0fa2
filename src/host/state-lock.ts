// One runtime a state directory: an exclusive lock that the system frees when its holder ends, however it ends.

import { Database } from "bun:sqlite";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isBroken } from "./broken-database.ts";
import { replaceSmallFile } from "./replace-small-file.ts";
import { StateDirectoryError } from "./state-directory.ts";

export interface StateLock {
  /** Frees the lock. May be called again. */
  release(): void;
}

/** Another process holds the lock. */
export class StateDirectoryInUse extends StateDirectoryError {
  /** The holder's pid, when it could be read. */
  readonly pid: number | undefined;

  constructor(directory: string, pid: number | undefined, cause: unknown) {
    const holder = pid === undefined ? "another process" : `process ${pid}`;
    super(`State directory "${directory}" is in use by ${holder}: stop it, or choose another with --state DIR`, {
      cause,
    });
    this.pid = pid;
  }
}

/**
 * Takes the lock or throws `StateDirectoryInUse` at once. SQLite's exclusive file lock does the work: it is freed by the system
 * with the process, on every platform, and no child inherits it.
 */
export function lockStateDirectory(directory: string): StateLock {
  const path = join(directory, "runtime.lock");
  const pidFile = join(directory, "runtime.pid");
  let database = openLock(path, directory);
  try {
    database = lockedAnew(database, path, directory);
  } catch (cause) {
    database.close();
    if (!isLocked(cause)) throw cannotWrite(directory, cause);
    throw new StateDirectoryInUse(directory, readPid(pidFile), cause);
  }
  notePid(pidFile);
  return { release: () => database.close() };
}

/** There is nothing in the file that a bad disk could take: a spoilt one is made anew. Whoever holds it is seen before it is read. */
function lockedAnew(database: Database, path: string, directory: string): Database {
  try {
    database.run("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    if (!isBroken(error)) throw error;
    database.close();
    rmSync(path, { force: true });
    const anew = openLock(path, directory);
    anew.run("BEGIN EXCLUSIVE");
    return anew;
  }
}

/** Pid of the runtime that holds, or last held, the directory's lock. */
export function stateHolder(directory: string): number | undefined {
  return readPid(join(directory, "runtime.pid"));
}

function openLock(path: string, directory: string): Database {
  try {
    const database = new Database(path, { create: true, readwrite: true });
    chmodSync(path, 0o600);
    return database;
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
}

function cannotWrite(directory: string, cause: unknown): StateDirectoryError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StateDirectoryError(
    `Cannot write in the state directory "${directory}": ${reason}. Choose another with --state DIR`,
    { cause },
  );
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}

/** It helps people only: a full disk must not keep a runtime from its work. */
function notePid(path: string): void {
  try {
    replaceSmallFile(path, `${process.pid}\n`);
  } catch {
    rmSync(path, { force: true });
  }
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8").trim());
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
