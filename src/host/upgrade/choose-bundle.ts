// Which bundle is meant by a file or a folder: of a folder the newest good one for this machine.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { PublicKey } from "./minisign-keys.ts";
import { openBundle, type Bundle } from "./read-bundle.ts";
import { UpgradeError } from "./upgrade-error.ts";
import { verifyBundle, type VerifiedBundle } from "./verify-bundle.ts";

export const bundleSuffix = ".bundle";

const maxBundles = 200;

export interface BundleChoice {
  readonly keys: readonly PublicKey[];
  /** The build's target, such as `linux-arm64`. */
  readonly target: string;
  /** What was passed over in a folder, and why. */
  readonly say: (line: string) => void;
}

/** Throws an `UpgradeError` where there is no good bundle for this machine. */
export async function chooseBundle(path: string, choice: BundleChoice): Promise<VerifiedBundle> {
  const found = await stat(path);
  return found.isDirectory() ? newestBundle(path, choice) : verifyForHere(path, choice);
}

async function newestBundle(folder: string, choice: BundleChoice): Promise<VerifiedBundle> {
  const opened: Bundle[] = [];
  for (const path of await bundlesIn(folder)) {
    const bundle = await orSay(openBundle(path), path, choice);
    if (bundle !== undefined && isForHere(bundle, choice)) opened.push(bundle);
  }
  opened.sort((a, b) => Bun.semver.order(b.index.version, a.index.version));
  for (const { path } of opened) {
    const verified = await orSay(verifyForHere(path, choice), path, choice);
    if (verified !== undefined) return verified;
  }
  throw new UpgradeError(`Found no good bundle for ${choice.target} in "${folder}"`);
}

async function bundlesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(bundleSuffix) && !name.startsWith("."));
  if (names.length === 0) throw new UpgradeError(`Found no file "*${bundleSuffix}" in "${folder}"`);
  if (names.length > maxBundles) {
    throw new UpgradeError(
      `Found ${names.length} bundles in "${folder}", at most ${maxBundles} are looked at. Name one`,
    );
  }
  return names.sort().map((name) => join(folder, name));
}

async function verifyForHere(path: string, choice: BundleChoice): Promise<VerifiedBundle> {
  const bundle = await verifyBundle(path, choice.keys);
  if (isForHere(bundle, choice)) return bundle;
  throw new UpgradeError(`Refused "${path}": it is for ${bundle.index.target}, this machine is ${choice.target}`);
}

function isForHere({ index }: Bundle, { target }: BundleChoice): boolean {
  return index.target === target;
}

async function orSay<Value>(opening: Promise<Value>, path: string, { say }: BundleChoice): Promise<Value | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    say(error.message.startsWith("Refused") ? error.message : `Refused "${path}": ${error.message}`);
    return undefined;
  }
}
