// Fills a backup: first what is there while it may change, then, when nothing changes, what has changed in between.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build-facts.ts";
import { readFormat } from "../state/format.ts";
import { BackupError } from "./backup-error.ts";
import { type BackupFile, digestPath, digestText, encodeIndex, indexPath, statePrefix } from "./backup-index.ts";
import { withSnapshot } from "./database-snapshot.ts";
import { isDatabase, type KeptEntry, keptEntries } from "./kept-files.ts";
import { TarWriter } from "./tar-writer.ts";

export interface BackupSummary {
  readonly files: number;
  readonly bytes: number;
}

const pieceBytes = 256 * 1024;
/** A file system's clock may tick this slowly: a file that changed so lately may change again without looking changed. */
const unsureNs = 2_000_000_000n;

/** What a file looked like when it was read. */
interface Look {
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly changedNs: bigint;
}

/** Whoever makes one calls `finish`, or `abandon` where it fails. */
export class BackupWriter {
  readonly #directory: string;
  readonly #withModels: boolean;
  readonly #tar: TarWriter;
  #files = new Map<string, BackupFile & { readonly look: Look | undefined }>();
  #folders: readonly string[] = [];

  /** `descriptor`: an empty file, open for writing, which stays open. */
  constructor(directory: string, descriptor: number, options: { readonly withModels: boolean }) {
    this.#directory = directory;
    this.#withModels = options.withModels;
    this.#tar = new TarWriter(descriptor);
  }

  /** What is there now, though it may change: so that `settle` has little left to read. */
  async gather(): Promise<void> {
    const since = BigInt(Date.now()) * 1_000_000n - unsureNs;
    const files = this.#list().filter(({ path, isFolder }) => !isFolder && !isDatabase(path));
    for (const { path } of files) await this.#add(path, { since });
  }

  /** To be called while nothing changes: from then on the backup has exactly what is there now. */
  async settle(): Promise<void> {
    const entries = this.#list();
    const before = this.#files;
    this.#files = new Map();
    for (const { path } of entries.filter(({ isFolder }) => !isFolder)) {
      const known = before.get(path);
      if (known?.look !== undefined && isSame(known.look, lookAt(join(this.#directory, path))))
        this.#files.set(path, known);
      else if (isDatabase(path)) await withSnapshot(join(this.#directory, path), (from) => this.#add(path, { from }));
      else await this.#add(path, {});
    }
    this.#folders = entries.filter(({ isFolder }) => isFolder).map(({ path }) => path);
  }

  async finish(): Promise<BackupSummary> {
    for (const folder of this.#folders) await this.#tar.folder(`${statePrefix}${folder}`);
    const files = [...this.#files.values()].map(({ path, sizeBytes, sha256 }): BackupFile => ({
      path,
      sizeBytes,
      sha256,
    }));
    const index = encodeIndex({
      format: readFormat(this.#directory).format,
      writtenBy: build.version,
      createdAt: new Date().toISOString(),
      folders: this.#folders,
      files,
    });
    const digest = new TextEncoder().encode(digestText(index));
    await this.#tar.file(indexPath, index.length, [index]);
    await this.#tar.file(digestPath, digest.length, [digest]);
    await this.#tar.close();
    return { files: files.length, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  }

  /** Never rejects. */
  async abandon(reason: unknown): Promise<void> {
    await this.#tar.abandon(reason);
  }

  #list(): readonly KeptEntry[] {
    return keptEntries(this.#directory, { withModels: this.#withModels });
  }

  /** With `since` the file may change meanwhile, or be gone. `from`: where its content is, in place of its own path. */
  async #add(path: string, { since, from }: { readonly since?: bigint; readonly from?: string }): Promise<void> {
    const descriptor = openOrGone(from ?? join(this.#directory, path));
    if (descriptor === undefined) return;
    try {
      const look = lookOf(fstatSync(descriptor, { bigint: true }));
      const sizeBytes = Number(look.sizeBytes);
      const hash = new Bun.CryptoHasher("sha256");
      const read = { isWhole: true };
      await this.#tar.file(`${statePrefix}${path}`, sizeBytes, pieces(descriptor, sizeBytes, hash, read));
      if (!read.isWhole && since === undefined) throw new BackupError(`"${path}" changed while it was read. Try again`);
      const isSure = since !== undefined && read.isWhole && look.changedNs < since;
      this.#files.set(path, { path, sizeBytes, sha256: hash.digest("hex"), look: isSure ? look : undefined });
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Exactly `sizeBytes`, with zeros for what is not there any more. */
function* pieces(
  descriptor: number,
  sizeBytes: number,
  hash: Bun.CryptoHasher,
  read: { isWhole: boolean },
): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < sizeBytes;) {
    const piece = new Uint8Array(Math.min(pieceBytes, sizeBytes - at));
    const count = read.isWhole ? readSync(descriptor, piece, 0, piece.length, at) : piece.length;
    if (count === 0) {
      read.isWhole = false;
      continue;
    }
    at += count;
    hash.update(piece.subarray(0, count));
    yield piece.subarray(0, count);
  }
}

/** Follows no link: the folder's user could have it point anywhere. */
function openOrGone(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function lookAt(path: string): Look | undefined {
  const descriptor = openOrGone(path);
  if (descriptor === undefined) return undefined;
  try {
    return lookOf(fstatSync(descriptor, { bigint: true }));
  } finally {
    closeSync(descriptor);
  }
}

function lookOf(stat: { readonly ino: bigint; readonly size: bigint; readonly mtimeNs: bigint }): Look {
  return { inode: stat.ino, sizeBytes: stat.size, changedNs: stat.mtimeNs };
}

function isSame(one: Look, other: Look | undefined): boolean {
  return one.inode === other?.inode && one.sizeBytes === other.sizeBytes && one.changedNs === other.changedNs;
}
