// `muster upgrade`: another version from a signed bundle, without a network, with a way back that needs nobody.

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "../host/build-facts.ts";
import { packageLayout } from "../host/install/layout.ts";
import { StateDirectoryError } from "../host/state-directory.ts";
import { lockStateDirectory, StateDirectoryInUse } from "../host/state-lock.ts";
import { type UpgradePlaces, upgradePlaces } from "../host/upgrade/places.ts";
import { goBack } from "../host/upgrade/start-switch.ts";
import { UpgradeError } from "../host/upgrade/upgrade-error.ts";
import { upgrade } from "../host/upgrade/upgrade.ts";
import { currentVersion } from "../host/upgrade/versions.ts";
import { CommandError, exitCode, usageError } from "./command-error.ts";
import type { Command, Invocation } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export const command: Command = {
  name: "upgrade",
  summary: "Upgrade the installed service from a signed bundle, offline, and go back if it does not work",
  details: [
    'Needs root. The bundle is one of "muster bundle", signed by a key in /etc/muster/upgrade.pub; of a folder, such as a USB stick, the newest good bundle for this machine is taken. ' +
      "The new version checks the manifests and answers a prompt in a scratch directory before anything is switched. Then systemd switches, " +
      "and goes back by itself when the new version is not ready in time, cannot start, or the power fails in between. The version before is kept.",
    "A Debian package is upgraded by apt.",
  ],
  args: [{ name: "PATH", description: "a bundle, or a folder of bundles", isOptional: true, complete: "file" }],
  options: {
    "dry-run": { description: "verify, say what would be done, and change nothing" },
    "allow-downgrade": { description: "take an older version than the one that serves" },
    rollback: { description: "go back to the version, and the manifests, before the last upgrade" },
  },
  examples: [
    { line: "sudo muster upgrade /media/usb", does: "the newest bundle on a stick" },
    { line: "sudo muster upgrade --rollback", does: "back to the version before" },
  ],
  run: runUpgrade,
};

async function runUpgrade(invocation: Invocation, terminal: Terminal): Promise<number> {
  const [path] = invocation.args;
  const isDryRun = invocation.flag("dry-run");
  const isRollback = invocation.flag("rollback");
  if ((path === undefined) !== isRollback) {
    throw usageError(
      isRollback ? "--rollback takes no bundle" : "Name a bundle or a folder of bundles, or give --rollback",
    );
  }
  if (isDryRun && isRollback) throw usageError("--rollback has no dry run");
  checkMachine(isDryRun);
  const places = upgradePlaces();
  const say = (line: string): void => terminal.out(`${terminal.safe(line)}\n`);
  const act = (): Promise<void> =>
    path === undefined
      ? goBack(places, say)
      : upgrade({
          path: resolve(terminal.folder, path),
          mayGoDown: invocation.flag("allow-downgrade"),
          isDryRun,
          target: build.target,
          places,
          say,
        });
  try {
    await (isDryRun ? act() : alone(places, act));
    return exitCode.ok;
  } catch (error) {
    if (error instanceof UpgradeError || error instanceof StateDirectoryError || isFileError(error))
      throw new CommandError(error.message, exitCode.error, { cause: error });
    throw error;
  }
}

/** Throws a `CommandError` where this is no machine, or no user, to upgrade. */
function checkMachine(isDryRun: boolean): void {
  if (process.platform !== "linux") throw new CommandError("There is no systemd here: replace the executable by hand");
  if (process.execPath === packageLayout.executable) {
    throw new CommandError(
      'This executable belongs to a Debian package: get the package of the new version and run "apt install ./muster_<version>_<architecture>.deb"',
    );
  }
  if (!isDryRun && process.getuid?.() !== 0)
    throw new CommandError("This needs root. Run it with sudo, or see what it would do with --dry-run");
}

/** One upgrade at a time. */
async function alone(places: UpgradePlaces, act: () => Promise<void>): Promise<void> {
  await currentVersion(places);
  const lock = lockFor(places.work);
  try {
    await act();
  } finally {
    lock.release();
  }
}

function lockFor(folder: string): { release(): void } {
  try {
    mkdirSync(folder, { recursive: true });
    return lockStateDirectory(folder);
  } catch (error) {
    if (!(error instanceof StateDirectoryInUse)) throw error;
    throw new UpgradeError(`Another upgrade is on its way: process ${error.pid ?? "unknown"}`, { cause: error });
  }
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("E");
}
