// Whether a bundle is by somebody whose key this machine trusts.

import { readFile, stat } from "node:fs/promises";
import { parsePublicKeys, type PublicKey } from "./minisign-keys.ts";
import { verifyDigest } from "./minisign.ts";
import { bundleDigest, openBundle, type Bundle } from "./read-bundle.ts";
import { UpgradeError } from "./upgrade-error.ts";

/** A bundle whose signature is good. */
export interface VerifiedBundle extends Bundle {
  readonly digest: Uint8Array;
}

const maxKeyFileBytes = 16 * 1024;
const maxSignatureBytes = 4096;

/** The keys that this machine trusts. Throws an `UpgradeError` where there are none, or others than root could change them. */
export async function trustedKeys(path: string): Promise<readonly PublicKey[]> {
  const found = await statOf(path);
  if (found === undefined) {
    throw new UpgradeError(
      `There is no key to check bundles with: "${path}". Put it there by "muster install --upgrade-key FILE"`,
    );
  }
  const isOpen = (found.mode & 0o022) !== 0 || (process.getuid?.() === 0 && found.uid !== 0);
  if (isOpen)
    throw new UpgradeError(`Others than root can change the key "${path}": "chown root" and "chmod 644" it first`);
  if (found.size > maxKeyFileBytes) throw new UpgradeError(`Too large for a file of keys: "${path}"`);
  try {
    return parsePublicKeys(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof UpgradeError) throw new UpgradeError(`In "${path}": ${error.message}`, { cause: error });
    throw error;
  }
}

/** Throws an `UpgradeError` that names the file. */
export async function verifyBundle(path: string, keys: readonly PublicKey[]): Promise<VerifiedBundle> {
  try {
    const bundle = await openBundle(path);
    const signature = await readSignature(`${path}.minisig`);
    const digest = await bundleDigest(path);
    verifyDigest(digest, signature, keys);
    return { ...bundle, digest };
  } catch (error) {
    if (error instanceof UpgradeError) throw new UpgradeError(`Refused "${path}": ${error.message}`, { cause: error });
    throw error;
  }
}

async function readSignature(path: string): Promise<string> {
  const found = await statOf(path);
  if (found === undefined) throw new UpgradeError(`It is not signed: there is no "${path}"`);
  if (found.size > maxSignatureBytes) throw new UpgradeError(`Too large for a signature: "${path}"`);
  return readFile(path, "utf8");
}

async function statOf(path: string): Promise<{ mode: number; uid: number; size: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
