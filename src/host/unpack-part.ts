// Writes a carried part's files to a folder, checking each. Runs in a short-lived child: decompression in our own process would keep its memory.

import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { CarriedPart } from "./carried-part.ts";
import { isRunning, processIdentity } from "./process-identity.ts";
import { isIntactPart } from "./verify-part.ts";

/** Unpacks into `folder`, which is complete or not there at any time; of two that do so at once, both succeed. Throws on wrong content or a full disk. */
export async function unpackPart(part: CarriedPart, folder: string): Promise<void> {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  removeAbandoned(parent);
  const temporary = join(parent, `.${basename(folder)}.${process.pid}`);
  try {
    writeFiles(part, Bun.zstdDecompressSync(await Bun.file(part.blob).bytes()), temporary);
    moveInto(temporary, folder, part);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function writeFiles(part: CarriedPart, content: Uint8Array, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  let offset = 0;
  for (const file of part.files) {
    const bytes = content.subarray(offset, offset + file.sizeBytes);
    offset += file.sizeBytes;
    const found = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    if (found !== file.sha256)
      throw new Error(`Wrong content of "${file.path}" in "${part.name}": this executable is damaged`);
    const path = join(folder, ...file.path.split("/"));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, bytes, { mode: file.isExecutable ? 0o700 : 0o600 });
  }
}

function moveInto(temporary: string, folder: string, part: CarriedPart): void {
  try {
    renameSync(temporary, folder);
  } catch {
    // Somebody was quicker, or what is there is damaged.
    if (isIntactPart(part, folder)) return;
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  }
}

/** Removes what an interrupted extraction left: temporary folders whose process is gone. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^\..+\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isOwnedBy(pid, join(parent, name))) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** True while the process that made the folder may still write to it; a pid taken again is told by the folder's age. */
function isOwnedBy(pid: number, folder: string): boolean {
  const identity = processIdentity(pid);
  if (identity === undefined || !isRunning(identity)) return false;
  const oldestMs = 10 * 60_000;
  // It may have become the part itself by now.
  const found = statSync(folder, { throwIfNoEntry: false });
  return found === undefined || Date.now() - found.mtimeMs < oldestMs;
}
