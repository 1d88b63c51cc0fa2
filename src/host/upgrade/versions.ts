// The versions that stand side by side, and which of them serves.

import { lstat, readFile, readdir, readlink, rm, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { UpgradePlaces } from "./places.ts";
import { UpgradeError } from "./upgrade-error.ts";

/** The one that serves. Throws an `UpgradeError` where nothing was installed. */
export async function currentVersion({ current }: UpgradePlaces): Promise<string> {
  try {
    return basename(await readlink(current));
  } catch (cause) {
    throw new UpgradeError(
      `There is no installation to upgrade: "${current}" leads to no version. Install first: "sudo ./muster install"`,
      { cause },
    );
  }
}

/** The one that the last confirmed switch left, and that `--rollback` goes to; undefined where there is none. */
export async function versionBefore({ done }: UpgradePlaces): Promise<string | undefined> {
  return (await isThere(done)) ? (await readFile(join(done, "from"), "utf8")).trim() : undefined;
}

/** Puts a folder in the place of a version that does not serve. What was there is gone. */
export async function placeVersion(places: UpgradePlaces, version: string, folder: string): Promise<void> {
  const path = join(places.versions, version);
  const old = join(places.work, "old-version");
  await rm(old, { recursive: true, force: true });
  if (await isThere(path)) await rename(path, old);
  await rename(folder, path);
  await rm(old, { recursive: true, force: true });
}

/** Removes all versions but these; resolves to those removed. */
export async function keepVersions(places: UpgradePlaces, kept: readonly string[]): Promise<readonly string[]> {
  const others = (await readdir(places.versions)).filter((name) => !kept.includes(name)).sort();
  for (const name of others) await rm(join(places.versions, name), { recursive: true, force: true });
  return others;
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
