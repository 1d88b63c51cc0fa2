// The models that a bundle brings: each lies beside the versions under its name, and never replaces another.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { modelsPrefix, type BundleFile, type BundleIndex } from "./bundle-index.ts";
import { renameDurably } from "./durable.ts";
import { filePieces } from "./file-pieces.ts";
import type { UpgradePlaces } from "./places.ts";
import { UpgradeError } from "./upgrade-error.ts";
import { isThere } from "./versions.ts";

/** Those that are not here yet. Throws an `UpgradeError` where another file has the name: the version before may need it. */
export async function missingModels(index: BundleIndex, places: UpgradePlaces): Promise<readonly BundleFile[]> {
  const missing: BundleFile[] = [];
  for (const file of index.files.filter(({ path }) => path.startsWith(modelsPrefix))) {
    const path = modelPath(file, places);
    if (!(await isThere(path))) missing.push(file);
    else if ((await sha256Of(path)) !== file.sha256) {
      throw new UpgradeError(
        `"${path}" is here with another content, and a model is never replaced. Give the one in the bundle another name, or remove that one`,
      );
    }
  }
  return missing;
}

/** Moves them from the unpacked bundle to their places. */
export async function placeModels(models: readonly BundleFile[], places: UpgradePlaces): Promise<void> {
  await mkdir(places.models, { recursive: true });
  for (const file of models) await renameDurably(join(places.incoming, file.path), modelPath(file, places));
}

export async function removeModels(models: readonly BundleFile[], places: UpgradePlaces): Promise<void> {
  for (const file of models) await rm(modelPath(file, places), { force: true });
}

function modelPath(file: BundleFile, places: UpgradePlaces): string {
  return join(places.models, file.path.slice(modelsPrefix.length));
}

async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const piece of filePieces(path)) hash.update(piece);
  return hash.digest("hex");
}
