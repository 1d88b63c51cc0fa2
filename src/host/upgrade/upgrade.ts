// An upgrade from beginning to end: a bundle is chosen and verified, unpacked aside, proven, put beside the other versions; then a unit of systemd makes
// the switch, and another goes back where that fails. Until the switch nothing that serves is touched.

import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyStep } from "../install/apply-step.ts";
import { switchFiles } from "../install/install-plan.ts";
import { systemLayout } from "../install/layout.ts";
import { syncFolder, writeWhole } from "../write-whole.ts";
import type { BundleFile } from "./bundle-index.ts";
import { encodeIndex, executablePath } from "./bundle-index.ts";
import { missingModels, placeModels, removeModels } from "./bundled-models.ts";
import { chooseBundle } from "./choose-bundle.ts";
import { renameDurably } from "./durable.ts";
import { changedManifests, manifestsOf, type PendingSwitch } from "./pending-switch.ts";
import type { UpgradePlaces } from "./places.ts";
import { proveAnswer } from "./prove-answer.ts";
import { proveManifests } from "./prove-manifests.ts";
import { unpackBundle } from "./read-bundle.ts";
import { serviceAccount, serviceEnvironment, systemctl } from "./service-state.ts";
import { settleSwitch, startSwitch } from "./start-switch.ts";
import { rollbackUnitName } from "./switch-units.ts";
import { stateChange } from "./state-change.ts";
import { UpgradeError } from "./upgrade-error.ts";
import { trustedKeys, type VerifiedBundle } from "./verify-bundle.ts";
import { versionOrder } from "./version-order.ts";
import { currentVersion, isThere, keepVersions, placeVersion, versionBefore } from "./versions.ts";

export interface UpgradeRequest {
  /** A bundle, or a folder of bundles; absolute. */
  readonly path: string;
  readonly mayGoDown: boolean;
  /** Verifies and says what would be done; changes nothing. */
  readonly isDryRun: boolean;
  /** The build's target of this machine. */
  readonly target: string;
  readonly places: UpgradePlaces;
  readonly say: (line: string) => void;
}

/** Room that a proof takes: what the executable extracts, and a store. */
const proofBytes = 128 * 1024 * 1024;
const proofMs = 180_000;

/** Returns when the new version serves, or nothing was to be done. Throws an `UpgradeError` when the old one serves still, or again. */
export async function upgrade(request: UpgradeRequest): Promise<void> {
  const { places, say } = request;
  const from = await currentVersion(places);
  const keys = await trustedKeys(places.key);
  if (!request.isDryRun) await settleSwitch(places, say);
  const bundle = await chooseBundle(request.path, { keys, target: request.target, say });
  const to = bundle.index.version;
  say(`Good signature: "${bundle.path}", ${to} (${bundle.index.commit}) for ${bundle.index.target}`);
  if (versionOrder({ from, to, mayGoDown: request.mayGoDown }) === "same") {
    say(`${to} serves here already: nothing to do`);
    return;
  }
  const models = await missingModels(bundle.index, places);
  const state = stateChange(bundle.index, places);
  await checkRoom(bundle, models, state.keptBytes, places);
  if (request.isDryRun) return sayPlan(bundle, models, from, request);
  try {
    const manifests = await prepare(bundle, models, from, request);
    await switchOrDrop({ from, to, manifests, keepsState: state.isKept }, models, request);
    sayRemoved(await keepVersions(places, [from, to]), say);
  } finally {
    await rm(places.incoming, { recursive: true, force: true });
  }
}

/** A version that was given up leaves nothing, unless it is the one that `--rollback` goes to. */
async function switchOrDrop(
  change: PendingSwitch,
  models: readonly BundleFile[],
  { places, say }: UpgradeRequest,
): Promise<void> {
  try {
    await startSwitch(change, places, say);
  } catch (error) {
    const isFree = change.to !== (await currentVersion(places)) && change.to !== (await versionBefore(places));
    if (isFree && !(await isThere(places.pending))) {
      await rm(join(places.versions, change.to), { recursive: true, force: true });
      await removeModels(models, places);
    }
    throw error;
  }
}

/** All before the switch: afterwards the new version stands beside the old one, proven. Resolves to the manifests that will change. */
async function prepare(
  bundle: VerifiedBundle,
  models: readonly BundleFile[],
  from: string,
  { places, say }: UpgradeRequest,
): Promise<readonly string[]> {
  await rm(places.incoming, { recursive: true, force: true });
  await mkdir(places.incoming, { recursive: true });
  await note("unpacking", places);
  await unpackBundle(bundle, bundle.digest, places.incoming);
  const manifests = await changedManifests(bundle.index, places, places.incoming);
  await placeModels(models, places);
  try {
    await prove(bundle, from, places, say);
  } catch (error) {
    await removeModels(models, places);
    throw error;
  }
  await note("placing", places);
  await placeUnpacked(bundle, places);
  await ensureSwitch(bundle.index.version);
  return manifests;
}

async function prove(
  bundle: VerifiedBundle,
  from: string,
  places: UpgradePlaces,
  say: UpgradeRequest["say"],
): Promise<void> {
  const executable = join(places.incoming, executablePath);
  await note("checking", places);
  await proveManifests({
    executable,
    currentExecutable: join(places.versions, from, executablePath),
    bringsManifests: manifestsOf(bundle.index).length > 0,
    environment: await serviceEnvironment(),
    places,
  });
  say("The new version finds the manifests good");
  await note("proving", places);
  await proveAnswer({ executable, folder: places.proof, user: serviceAccount(), limitMs: proofMs });
  say("The new version started aside, and answered a prompt");
}

async function placeUnpacked({ index }: VerifiedBundle, places: UpgradePlaces): Promise<void> {
  const folder = join(places.incoming, "version");
  await mkdir(folder);
  await renameDurably(join(places.incoming, executablePath), join(folder, executablePath));
  writeWhole(join(folder, "bundle.json"), encodeIndex(index), { mode: 0o644 });
  await placeVersion(places, index.version, folder);
  syncFolder(places.versions);
}

/** The script and the units as this version knows them: the installed ones may be of a version before. */
async function ensureSwitch(version: string): Promise<void> {
  for (const step of switchFiles(systemLayout(version))) await applyStep(step, "");
  for (const args of [["daemon-reload"], ["enable", rollbackUnitName]]) {
    const { code, output } = await systemctl(...args);
    if (code !== 0) throw new UpgradeError(`"systemctl ${args.join(" ")}" failed: ${output}`);
  }
}

/** Where the upgrade stands, for who finds it cut off. */
async function note(step: string, { work }: UpgradePlaces): Promise<void> {
  await writeFile(join(work, "step"), `${step}\n`);
}

async function checkRoom(
  bundle: VerifiedBundle,
  models: readonly BundleFile[],
  keptBytes: number,
  places: UpgradePlaces,
): Promise<void> {
  const brought = bundle.index.files.filter(({ path }) => !path.startsWith("models/")).concat(models);
  const needed = proofBytes + keptBytes + brought.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { bavail, bsize } = await statfs(places.library);
  if (bavail * bsize >= needed) return;
  throw new UpgradeError(
    `The upgrade takes ${megabytes(needed)}, and ${megabytes(bavail * bsize)} are free at "${places.library}". Make room first`,
  );
}

async function sayPlan(
  { index }: VerifiedBundle,
  models: readonly BundleFile[],
  from: string,
  { places, say }: UpgradeRequest,
): Promise<void> {
  say(
    `Would prove ${index.version} aside, then switch from ${from}: ${join(places.versions, index.version, executablePath)}`,
  );
  for (const { path } of models) say(`Would add ${join(places.library, path)}`);
  for (const path of manifestsOf(index)) {
    const installed = join(places.config, path);
    say(`Would ${(await isThere(installed)) ? "replace" : "add"} ${installed}`);
  }
}

function sayRemoved(versions: readonly string[], say: UpgradeRequest["say"]): void {
  if (versions.length > 0) say(`Removed what is older: ${versions.join(", ")}`);
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
