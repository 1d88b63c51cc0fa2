// Has systemd make a switch or go back, and waits for how it ends. The units do the work: our own end changes nothing of it.

import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unitName } from "../systemd-unit.ts";
import { executablePath } from "./bundle-index.ts";
import { executableStamp } from "./executable-stamp.ts";
import { outcomeText, readOutcome } from "./outcome.ts";
import { type PendingSwitch, writePending } from "./pending-switch.ts";
import type { UpgradePlaces } from "./places.ts";
import { isActive, systemctl } from "./service-state.ts";
import { sessionMark } from "./switch-script.ts";
import { stateChange } from "./state-change.ts";
import { rollbackUnitName, upgradeUnitName } from "./switch-units.ts";
import { UpgradeError } from "./upgrade-error.ts";
import { isThere, versionBefore } from "./versions.ts";

type Say = (line: string) => void;

/** Longer than the units may take. */
const settleMs = 20 * 60_000;
const pauseMs = 200;

/** Returns when the new version serves and is confirmed. Throws an `UpgradeError` when the old one serves again. */
export async function startSwitch(change: PendingSwitch, places: UpgradePlaces, say: Say): Promise<void> {
  await writeFile(sessionMark, "");
  await writePending(change, places);
  say(`Switching from ${change.from} to ${change.to}: ${upgradeUnitName} goes on, whatever becomes of this command`);
  await systemctl("start", upgradeUnitName);
  await untilSettled(places);
  const outcome = readOutcome(places);
  if (outcome?.result === "switched") {
    say(`${change.to} serves, after ${change.from}`);
    return;
  }
  const said = outcome === undefined ? `see "journalctl -u ${rollbackUnitName}"` : outcomeText(outcome);
  throw new UpgradeError(`The upgrade was taken back: ${said}`);
}

/** Goes back from the last confirmed switch, or from one that is not confirmed. Throws an `UpgradeError` where there is none. */
export async function goBack(places: UpgradePlaces, say: Say): Promise<void> {
  if (!(await isThere(places.pending))) {
    const before = await versionBefore(places);
    if (before === undefined) throw new UpgradeError("There is no upgrade to go back from");
    const executable = join(places.versions, before, executablePath);
    if (!(await isThere(executable))) throw new UpgradeError(`The version before is gone: there is no "${executable}"`);
    stateChange(await executableStamp(executable), places);
    await writeFile(sessionMark, "");
    await writeFile(`${places.done}/reason`, "asked for by hand\n");
    // A copy of the state that was made for the way back at once is of no use any more.
    await rm(`${places.done}/state`, { recursive: true, force: true });
    await rename(places.done, places.pending);
  }
  await runRollback(places);
  const outcome = readOutcome(places);
  if (outcome !== undefined) say(`Went ${outcomeText(outcome)}`);
}

/** Ends what an upgrade before left open: a switch that was cut off is taken back. */
export async function settleSwitch(places: UpgradePlaces, say: Say): Promise<void> {
  if (!(await isThere(places.pending))) return;
  for (const unit of [upgradeUnitName, rollbackUnitName]) {
    if (await isActive(unit)) throw new UpgradeError(`Another upgrade is on its way: see "systemctl status ${unit}"`);
  }
  say("An upgrade before was cut off: going back first");
  await runRollback(places);
}

async function runRollback(places: UpgradePlaces): Promise<void> {
  const { code, output } = await systemctl("start", rollbackUnitName);
  if (code !== 0 || (await isThere(places.pending))) {
    throw new UpgradeError(`Cannot go back: ${output.trim()}. See "journalctl -u ${rollbackUnitName}"`);
  }
  await untilServing();
}

/** The switch is confirmed, or taken back and the service started again. */
async function untilSettled(places: UpgradePlaces): Promise<void> {
  await until(async () => !(await isThere(places.pending)), `${upgradeUnitName} to end`);
  await until(async () => !(await isActive(rollbackUnitName)), `${rollbackUnitName} to end`);
  await untilServing();
}

async function untilServing(): Promise<void> {
  await until(async () => {
    const { output } = await systemctl("show", "--property", "ActiveState", "--value", unitName);
    return output.trim() !== "activating" && output.trim() !== "deactivating";
  }, `${unitName} to be started`);
}

async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + settleMs;
  while (!(await look())) {
    if (performance.now() > end) throw new UpgradeError(`Waited in vain for ${what}. See "systemctl status muster-*"`);
    await Bun.sleep(pauseMs);
  }
}
