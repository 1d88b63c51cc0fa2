// Unpacks a backup into an empty folder and checks every byte of it: what is there afterwards is what was backed up, and on disk.

import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { makeFolder, syncFolder } from "../write-whole.ts";
import { BackupError } from "./backup-error.ts";
import {
  type BackupIndex,
  checkedPath,
  damaged,
  digestPath,
  indexPath,
  maxIndexBytes,
  parseIndex,
  statePrefix,
} from "./backup-index.ts";

const pieceBytes = 256 * 1024;

interface Unpacked {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** `descriptor`: the backup, open for reading. `folder` is made. Throws a `BackupError` for a backup that is not whole, and what the file system throws. */
export async function unpackBackup(descriptor: number, folder: string): Promise<BackupIndex> {
  makeFolder(folder);
  const unpacked = new Map<string, Unpacked>();
  let index: Uint8Array | undefined;
  let digest: Uint8Array | undefined;
  for await (const entry of entriesOf(descriptor)) {
    const { name, type } = entry.header;
    if (digest !== undefined) throw damaged("something follows its end");
    if (name === indexPath) index = await whole(entry);
    else if (index !== undefined) digest = name === digestPath ? await whole(entry) : undefined;
    else if (type === "directory") await entry.body.cancel();
    else if (type === "file" && name.startsWith(statePrefix)) {
      const path = checkedPath(name.slice(statePrefix.length));
      unpacked.set(path, await unpack(entry, join(folder, path)));
    } else throw damaged(`"${name.slice(0, 200)}" has no place in it`);
  }
  if (index === undefined || digest === undefined) throw damaged("its end is missing");
  const parsed = parseIndex(index, digest);
  settle(folder, parsed, unpacked);
  return parsed;
}

/** Takes away what the index does not have any more, adds empty folders, and flushes all folders. */
function settle(folder: string, { files, folders }: BackupIndex, unpacked: ReadonlyMap<string, Unpacked>): void {
  const wanted = new Set(files.map(({ path }) => path));
  for (const path of unpacked.keys()) if (!wanted.has(path)) rmSync(join(folder, path));
  for (const { path, sizeBytes, sha256 } of files) {
    const found = unpacked.get(path);
    if (found === undefined) throw damaged(`"${path}" is missing`);
    if (found.sizeBytes !== sizeBytes || found.sha256 !== sha256) throw damaged(`"${path}" has another checksum`);
  }
  for (const path of folders) makeFolder(join(folder, path));
  for (const path of ["", ...folders]) syncFolder(join(folder, path));
}

async function* entriesOf(descriptor: number): AsyncGenerator<ParsedTarEntry, void, undefined> {
  try {
    yield* bytesOf(descriptor).pipeThrough(createTarDecoder({ strict: true }));
  } catch (cause) {
    if (cause instanceof BackupError || (cause instanceof Error && "code" in cause)) throw cause;
    throw new BackupError(damaged(cause instanceof Error ? cause.message : String(cause)).message, { cause });
  }
}

function bytesOf(descriptor: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = new Uint8Array(pieceBytes);
        const count = readSync(descriptor, piece, 0, piece.length, at);
        at += count;
        if (count === 0) controller.close();
        else controller.enqueue(piece.subarray(0, count));
      },
    },
    { highWaterMark: 1 },
  );
}

async function unpack({ body }: ParsedTarEntry, path: string): Promise<Unpacked> {
  makeFolder(dirname(path));
  const hash = new Bun.CryptoHasher("sha256");
  let sizeBytes = 0;
  const descriptor = openSync(path, "w", 0o600);
  try {
    for await (const piece of body) {
      hash.update(piece);
      for (let at = 0; at < piece.length;) at += writeSync(descriptor, piece, at, piece.length - at);
      sizeBytes += piece.length;
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

async function whole({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  if (header.size > maxIndexBytes) throw damaged("its list of contents is too long");
  return new Uint8Array(await new Response(body).arrayBuffer());
}
