// A state directory made ready for work: there, ours alone, whole, and of the format that this executable knows.

import { finishRestore } from "../backup/restore-journal.ts";
import { makeStateDirectory } from "../state-directory.ts";
import { lockStateDirectory, type StateLock } from "../state-lock.ts";
import { migrateState, refuseNewerState } from "./migrate.ts";

/** Throws a `StateDirectoryError`; a directory of a newer format is refused before anything in it is opened. */
export function openState(directory: string): StateLock {
  makeStateDirectory(directory);
  refuseNewerState(directory);
  const lock = lockStateDirectory(directory);
  try {
    finishRestore(directory);
    migrateState(directory);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}
