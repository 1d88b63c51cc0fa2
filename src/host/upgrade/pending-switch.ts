// The folder `pending`: everything that the switch and the way back need, whole or not there at any time. Read by the switch script.

import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { manifestsPrefix, type BundleIndex } from "./bundle-index.ts";
import { syncFolder, writeWhole } from "../write-whole.ts";
import { renameDurably } from "./durable.ts";
import type { UpgradePlaces } from "./places.ts";
import { isThere } from "./versions.ts";

/** Paths, below the folder of the configuration, of the manifests in an unpacked bundle that would change something there. */
export async function changedManifests(
  index: BundleIndex,
  places: UpgradePlaces,
  unpacked: string,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const path of manifestsOf(index)) {
    const installed = join(places.config, path);
    const isSame =
      (await isThere(installed)) &&
      Buffer.compare(await readFile(installed), await readFile(join(unpacked, manifestsPrefix, path))) === 0;
    if (!isSame) changed.push(path);
  }
  return changed;
}

export function manifestsOf({ files }: BundleIndex): readonly string[] {
  return files.flatMap(({ path }) => (path.startsWith(manifestsPrefix) ? [path.slice(manifestsPrefix.length)] : []));
}

export interface PendingSwitch {
  readonly from: string;
  readonly to: string;
  /** Of `changedManifests`. */
  readonly manifests: readonly string[];
  /** The state is copied before the new version may change its format. */
  readonly keepsState: boolean;
}

/** From here on a boot goes back, until the switch is confirmed. */
export async function writePending(change: PendingSwitch, places: UpgradePlaces): Promise<void> {
  const folder = `${places.pending}.new`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  writeWhole(join(folder, "from"), `${change.from}\n`);
  writeWhole(join(folder, "to"), `${change.to}\n`);
  writeWhole(join(folder, "files"), change.manifests.map((path) => `${path}\n`).join(""));
  if (change.keepsState) writeWhole(join(folder, "keep-state"), "");
  for (const path of change.manifests) await keepBoth(path, folder, places);
  syncFolder(folder);
  await renameDurably(folder, places.pending);
}

/** The file as it is and as it is to be, with the same owner and mode. */
async function keepBoth(path: string, folder: string, places: UpgradePlaces): Promise<void> {
  const installed = join(places.config, path);
  const old = (await isThere(installed)) ? await stat(installed) : undefined;
  const owner = { uid: old?.uid ?? 0, gid: old?.gid ?? 0 };
  const facts = { mode: (old?.mode ?? 0o644) & 0o777, ...(process.getuid?.() === 0 ? { owner } : {}) };
  const copy = async (from: string, to: string): Promise<void> => {
    await mkdir(dirname(to), { recursive: true });
    writeWhole(to, await readFile(from), facts);
  };
  await copy(join(places.incoming, manifestsPrefix, path), join(folder, "new", path));
  if (old !== undefined) await copy(installed, join(folder, "old", path));
}
