// Puts a backup in the place of a state directory's content. The directory's lock is held, and no server of it runs.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { markName, refuseNewer } from "../state/format.ts";
import { BackupError } from "./backup-error.ts";
import type { BackupIndex } from "./backup-index.ts";
import { incomingName, keptEntries } from "./kept-files.ts";
import { exchange } from "./restore-journal.ts";
import { unpackBackup } from "./unpack-backup.ts";

export interface Restored {
  readonly index: BackupIndex;
  /** Absolute folder of what was there before; undefined: nothing was. */
  readonly aside: string | undefined;
}

/** Whether there is something in the directory that a restore would put aside. */
export function holdsState(directory: string): boolean {
  return keptEntries(directory, { withModels: false }).some(({ path, isFolder }) => !isFolder && path !== markName);
}

/**
 * `descriptor`: the backup, open for reading. Throws a `BackupError` or a `StateDirectoryError` with the state as it was; from the moment on that
 * the backup is found whole, a crash leaves a directory that the next to open it finishes.
 */
export async function restoreBackup(directory: string, descriptor: number): Promise<Restored> {
  const incoming = join(directory, incomingName);
  let index: BackupIndex;
  try {
    index = await unpackBackup(descriptor, incoming);
    refuseNewer(index, "The backup", "Restore it with that version or a newer one");
  } catch (cause) {
    rmSync(incoming, { recursive: true, force: true });
    if (cause instanceof BackupError || !(cause instanceof Error && "code" in cause)) throw cause;
    throw new BackupError(`Cannot unpack the backup in "${directory}": ${cause.message}. Nothing was changed`, {
      cause,
    });
  }
  return { index, aside: exchange(directory, new Date()) };
}
