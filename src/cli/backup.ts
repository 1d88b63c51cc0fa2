// `muster backup`: a state directory's content in one file, also while its runtime runs.

import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { endOrphan } from "../bus/bundled/bundled-server.ts";
import { asOwnerOf } from "../host/backup/as-owner.ts";
import { type BackupSummary, BackupWriter } from "../host/backup/backup-writer.ts";
import { finishRestore } from "../host/backup/restore-journal.ts";
import { lockStateDirectory, StateDirectoryInUse, type StateLock } from "../host/state-lock.ts";
import { askedStateDirectory } from "../host/state-directory.ts";
import { refuseNewerState } from "../host/state/migrate.ts";
import { syncFolder } from "../host/write-whole.ts";
import { whileStoreIsHeld } from "../runtime/store-hold.ts";
import { backupFailure, opened } from "./backup-failure.ts";
import { exitCode, CommandError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import { stateOption } from "./common-options.ts";
import { silentLog } from "./silent-log.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "backup",
  summary: "Write the state of this machine's runtime to a file",
  details: [
    "Jobs and their results, whatever else is in JetStream, the bundled server's keys, and the last good form of manifests: everything that " +
      "was acknowledged before the command began is in it. The runtime may run: its NATS server stands still for a moment. Manifests and " +
      "credentials are not part of the state, and not in it.",
    "The file holds secrets, is readable by its user only (0600), and appears whole or not at all.",
  ],
  args: [{ name: "FILE", description: "the backup to write, a tar archive", complete: "file" }],
  options: {
    replace: { description: "replace a file that is there" },
    "with-models": { description: "with the models that were fetched by url, which may be large" },
    ...stateOption,
  },
  examples: [
    { line: "sudo muster backup /mnt/usb/edge1.tar", does: "of the machine's service" },
    { line: "muster backup state.tar --state ./state", does: "of another state directory" },
  ],
  run: backup,
};

async function backup(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [given = ""] = invocation.args;
  const path = resolve(terminal.folder, given);
  try {
    const flag = invocation.text("state");
    const directory = resolve(terminal.folder, askedStateDirectory({ flag, environment: terminal.environment }));
    if (!existsSync(directory))
      throw new CommandError(`There is no state directory "${directory}": nothing to back up`);
    if (!existsSync(dirname(path))) throw new CommandError(`There is no folder "${dirname(path)}" to write it to`);
    if (existsSync(path) && !invocation.flag("replace")) {
      throw new CommandError(`"${given}" is there already. Replace it with --replace, or name another file`);
    }
    const { files, bytes } = await writeFile(path, (descriptor) =>
      asOwnerOf(directory, () => fill(directory, descriptor, invocation.flag("with-models"))),
    );
    terminal.out(
      terminal.safe(`Wrote "${path}": ${files} files, ${bytes} bytes of "${directory}". It holds secrets\n`),
    );
    return exitCode.ok;
  } catch (error) {
    throw backupFailure(error);
  }
}

/** Beside its place first. On disk when it resolves; nothing is left when it rejects. */
async function writeFile<Result>(path: string, fillIt: (descriptor: number) => Promise<Result>): Promise<Result> {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const descriptor = opened(path, () => openSync(beside, "wx", 0o600));
  try {
    chmodSync(beside, 0o600);
    const result = await fillIt(descriptor);
    fsyncSync(descriptor);
    renameSync(beside, path);
    syncFolder(dirname(path));
    return result;
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function fill(directory: string, descriptor: number, withModels: boolean): Promise<BackupSummary> {
  refuseNewerState(directory);
  const lock = lockUnlessRunning(directory);
  if (lock !== undefined) finishRestore(directory);
  const writer = new BackupWriter(directory, descriptor, { withModels });
  try {
    if (lock === undefined) {
      await writer.gather();
      await whileStoreIsHeld(directory, () => writer.settle());
    } else {
      await endOrphan(directory, silentLog);
      await writer.settle();
    }
    return await writer.finish();
  } catch (error) {
    await writer.abandon(error);
    throw error;
  } finally {
    lock?.release();
  }
}

/** Undefined: a runtime holds it. */
function lockUnlessRunning(directory: string): StateLock | undefined {
  try {
    return lockStateDirectory(directory);
  } catch (error) {
    if (error instanceof StateDirectoryInUse) return undefined;
    throw error;
  }
}
