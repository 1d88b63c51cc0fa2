// `muster restore`: a backup in the place of a state directory's content.

import { chownSync, closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { endOrphan } from "../bus/bundled/bundled-server.ts";
import { asOwnerOf } from "../host/backup/as-owner.ts";
import { finishRestore } from "../host/backup/restore-journal.ts";
import { holdsState, restoreBackup, type Restored } from "../host/backup/restore-backup.ts";
import { userIds } from "../host/backup/user-ids.ts";
import { askedStateDirectory, makeStateDirectory } from "../host/state-directory.ts";
import { lockStateDirectory } from "../host/state-lock.ts";
import { serviceUser, stateFolder } from "../host/systemd-unit.ts";
import { backupFailure, opened } from "./backup-failure.ts";
import { CommandError, exitCode } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { stateOption } from "./common-options.ts";
import { silentLog } from "./silent-log.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "restore",
  summary: "Put a backup in the place of the state of this machine's runtime",
  details: [
    "The runtime must not run. Every checksum of the backup is verified before anything is changed; a crash or a power cut leaves the old state " +
      "or the new one. The files belong to the state directory's owner afterwards.",
    "A state directory that holds something is refused without --force; what was there is kept in it, in a folder before-restore-TIME.",
  ],
  args: [{ name: "FILE", description: 'a backup that "muster backup" wrote', complete: "file" }],
  options: {
    force: { description: "also where there is state; it is kept aside" },
    ...stateOption,
  },
  examples: [
    { line: "sudo muster restore /mnt/usb/edge1.tar --force", does: "after systemctl stop muster" },
    { line: "muster restore state.tar --state ./state", does: "into another state directory" },
  ],
  run: restore,
};

async function restore(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [given = ""] = invocation.args;
  try {
    const flag = invocation.text("state");
    const directory = resolve(terminal.folder, askedStateDirectory({ flag, environment: terminal.environment }));
    const path = resolve(terminal.folder, given);
    const descriptor = opened(path, () => openSync(path, "r"));
    try {
      makeForItsUser(directory);
      const restored = await asOwnerOf(directory, () => putBack(directory, descriptor, invocation.flag("force")));
      terminal.out(terminal.safe(restoredText(directory, restored)));
    } finally {
      closeSync(descriptor);
    }
    return exitCode.ok;
  } catch (error) {
    throw backupFailure(error);
  }
}

/** The service's own directory belongs to the service's user, also when root makes it. */
function makeForItsUser(directory: string): void {
  const isMade = makeStateDirectory(directory);
  if (!isMade || directory !== stateFolder || process.getuid?.() !== 0) return;
  const ids = userIds(serviceUser);
  if (ids !== undefined) chownSync(directory, ids.uid, ids.gid);
}

async function putBack(directory: string, descriptor: number, isForced: boolean): Promise<Restored> {
  const lock = lockStateDirectory(directory);
  try {
    finishRestore(directory);
    if (!isForced && holdsState(directory)) {
      throw new CommandError(
        `State directory "${directory}" holds state already. Put the backup in its place with --force: what is there is kept aside`,
      );
    }
    await endOrphan(directory, silentLog);
    return await restoreBackup(directory, descriptor);
  } finally {
    lock.release();
  }
}

function restoredText(directory: string, { index, aside }: Restored): string {
  const { files, createdAt, writtenBy } = index;
  const kept = aside === undefined ? "" : `What was there is in "${aside}"; remove it when it is not needed\n`;
  return `Restored "${directory}": ${files.length} files, backed up ${createdAt} by Muster ${writtenBy}\n${kept}`;
}
