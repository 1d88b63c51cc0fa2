// Reads a bundle: its index, the digest that is signed, and, once that is known to be good, its files. Nothing in a bundle is believed but what the
// index says: each header must be, byte for byte, the one that the index asks for, so that there is no path, link, size or time to abuse.

import { mkdir, open, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { tarBlockBytes, tarPadding } from "../tar-header.ts";
import { indexPath, maxIndexBytes, parseIndex, type BundleFile, type BundleIndex } from "./bundle-index.ts";
import { bundleBytes, endBytes, fileHeader, fileMode, indexHeader } from "./bundle-layout.ts";
import { BundleReader } from "./bundle-reader.ts";
import { filePieces, writeWhole } from "./file-pieces.ts";
import { signedHash } from "./minisign.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface Bundle {
  readonly path: string;
  readonly index: BundleIndex;
  /** The index as it is written there. */
  readonly indexBytes: Uint8Array;
}

/** Reads the index only; nothing of it is to be trusted yet. Throws an `UpgradeError` for what is no whole bundle. */
export async function openBundle(path: string): Promise<Bundle> {
  const { size: found, isFile } = await fileFacts(path);
  if (!isFile) throw new UpgradeError("It is no file");
  const reader = new BundleReader(path);
  try {
    const indexBytes = await readIndex(reader);
    const index = parseIndex(indexBytes);
    const expected = bundleBytes(index, indexBytes.length);
    if (found !== expected) {
      throw new UpgradeError(`It has ${found} bytes, its index says ${expected}: it is not complete, or no bundle`);
    }
    return { path, index, indexBytes };
  } finally {
    await reader.close();
  }
}

/** What its signature is of. */
export async function bundleDigest(path: string): Promise<Uint8Array> {
  const hash = new Bun.CryptoHasher(signedHash);
  for await (const piece of filePieces(path)) hash.update(piece);
  return hash.digest();
}

/**
 * Writes its files below `folder`, which is there and empty, and onto the disk. Throws an `UpgradeError` where the file is no longer the one
 * with that digest, which is known only at the end: until then nothing of the folder may be used.
 */
export async function unpackBundle(bundle: Bundle, digest: Uint8Array, folder: string): Promise<void> {
  const reader = new BundleReader(bundle.path);
  try {
    if (Buffer.compare(await readIndex(reader), bundle.indexBytes) !== 0) throw changed(bundle.path);
    for (const file of bundle.index.files) await unpackFile(reader, file, folder);
    expectBytes(await reader.take(endBytes), new Uint8Array(endBytes));
    if (!(await reader.isAtEnd())) throw new UpgradeError("Found more in the bundle than its index names");
    if (Buffer.compare(reader.digest(), digest) !== 0) throw changed(bundle.path);
  } finally {
    await reader.close();
  }
}

async function fileFacts(path: string): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const found = await stat(path);
  return { size: found.size, isFile: found.isFile() };
}

async function readIndex(reader: BundleReader): Promise<Uint8Array> {
  const header = await reader.take(tarBlockBytes);
  const sizeBytes = Number.parseInt(Buffer.from(header.subarray(124, 135)).toString("latin1"), 8);
  const isSane = sizeBytes > 0 && sizeBytes <= maxIndexBytes;
  if (!isSane || Buffer.compare(header, indexHeader(sizeBytes)) !== 0) {
    throw new UpgradeError(`This is no bundle: it does not begin with "${indexPath}". "muster bundle" makes bundles`);
  }
  const bytes = await reader.take(sizeBytes);
  expectZeros(await reader.take(tarPadding(sizeBytes)));
  return bytes;
}

async function unpackFile(reader: BundleReader, entry: BundleFile, folder: string): Promise<void> {
  expectBytes(await reader.take(tarBlockBytes), fileHeader(entry));
  const path = join(folder, entry.path);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx", fileMode(entry));
  const hash = new Bun.CryptoHasher("sha256");
  try {
    await reader.each(entry.sizeBytes, async (piece) => {
      hash.update(piece);
      await writeWhole(file, piece);
    });
    await file.chmod(fileMode(entry));
    await file.sync();
  } finally {
    await file.close();
  }
  if (hash.digest("hex") !== entry.sha256)
    throw new UpgradeError(`"${entry.path}" in the bundle is not what its index says`);
  expectZeros(await reader.take(tarPadding(entry.sizeBytes)));
}

function expectZeros(found: Uint8Array): void {
  expectBytes(found, new Uint8Array(found.length));
}

function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(found, expected) !== 0) throw new UpgradeError("The bundle's archive is not what its index says");
}

function changed(path: string): UpgradeError {
  return new UpgradeError(`"${path}" changed after its signature was checked`);
}
