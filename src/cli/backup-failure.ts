// What `backup` and `restore` say when they fail.

import { BundledServerError } from "../bus/bundled/bundled-error.ts";
import { BackupError } from "../host/backup/backup-error.ts";
import { StateDirectoryError } from "../host/state-directory.ts";
import { reasonOf } from "../manifest/machine.ts";
import { ControlError } from "../runtime/control-client.ts";
import { CommandError, exitCode } from "./command-error.ts";

/** A `CommandError` for what can be expected of files, disks and runtimes; anything else as it is. */
export function backupFailure(error: unknown): unknown {
  const isKnown =
    error instanceof BackupError ||
    error instanceof StateDirectoryError ||
    error instanceof BundledServerError ||
    error instanceof ControlError ||
    (error instanceof Error && "syscall" in error);
  return isKnown ? new CommandError(error.message, exitCode.error, { cause: error }) : error;
}

/** What `open` gives. A `CommandError` with the path that the user knows when it fails. */
export function opened(path: string, open: () => number): number {
  try {
    return open();
  } catch (error) {
    throw new CommandError(`Cannot open "${path}": ${reasonOf(error)}`, exitCode.error, { cause: error });
  }
}
