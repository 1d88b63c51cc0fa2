// Writes a bundle: the index, the executable, manifests, models. It appears whole or not at all.

import { open, rename, rm, stat } from "node:fs/promises";
import { tarPadding } from "../tar-header.ts";
import { checkFiles, encodeIndex, executablePath, type BundleFile, type BundleIndex } from "./bundle-index.ts";
import { endBytes, fileHeader, indexHeader } from "./bundle-layout.ts";
import { executableStamp } from "./executable-stamp.ts";
import { filePieces, writeWhole } from "./file-pieces.ts";
import { signedHash } from "./minisign.ts";
import { UpgradeError } from "./upgrade-error.ts";

export interface BundleSource {
  /** Path in the bundle. */
  readonly path: string;
  /** The file that is read. */
  readonly from: string;
}

export interface WrittenBundle {
  readonly index: BundleIndex;
  /** What is to be signed. */
  readonly digest: Uint8Array;
}

/** Throws an `UpgradeError` for what may not be in a bundle, and what the file system throws. */
export async function writeBundle(
  executable: string,
  others: readonly BundleSource[],
  out: string,
): Promise<WrittenBundle> {
  const sources = [{ path: executablePath, from: executable }, ...others];
  const stamp = await executableStamp(executable);
  const files: BundleFile[] = [];
  for (const source of sources) files.push(await describe(source));
  checkFiles(files);
  const index = { ...stamp, files };
  const beside = `${out}.new-${process.pid}`;
  try {
    const digest = await writeArchive(index, sources, beside);
    await rename(beside, out);
    return { index, digest };
  } finally {
    await rm(beside, { force: true });
  }
}

async function describe({ path, from }: BundleSource): Promise<BundleFile> {
  const found = await stat(from);
  if (!found.isFile()) throw new UpgradeError(`Not a file: "${from}"`);
  const hash = new Bun.CryptoHasher("sha256");
  let sizeBytes = 0;
  for await (const piece of filePieces(from)) {
    hash.update(piece);
    sizeBytes += piece.length;
  }
  return { path, sizeBytes, sha256: hash.digest("hex") };
}

async function writeArchive(index: BundleIndex, sources: readonly BundleSource[], path: string): Promise<Uint8Array> {
  const hash = new Bun.CryptoHasher(signedHash);
  const file = await open(path, "wx", 0o644);
  const put = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await writeWhole(file, bytes);
  };
  try {
    const indexBytes = encodeIndex(index);
    await put(indexHeader(indexBytes.length));
    await put(indexBytes);
    await put(new Uint8Array(tarPadding(indexBytes.length)));
    for (const [place, entry] of index.files.entries()) await putFile(entry, sources[place]?.from ?? "", put);
    await put(new Uint8Array(endBytes));
    await file.sync();
    return hash.digest();
  } finally {
    await file.close();
  }
}

async function putFile(entry: BundleFile, from: string, put: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  await put(fileHeader(entry));
  const hash = new Bun.CryptoHasher("sha256");
  for await (const piece of filePieces(from)) {
    hash.update(piece);
    await put(piece);
  }
  if (hash.digest("hex") !== entry.sha256) throw new UpgradeError(`"${from}" changed while it was read. Try again`);
  await put(new Uint8Array(tarPadding(entry.sizeBytes)));
}
