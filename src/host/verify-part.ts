// Is an extracted part still what the executable carries? Asked before every use.

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CarriedFile, CarriedPart } from "./carried-part.ts";

const pieceBytes = 256 * 1024;

/** True when every file of the part is there with its size, mode and SHA-256. */
export function isIntactPart(part: CarriedPart, folder: string): boolean {
  const piece = new Uint8Array(pieceBytes);
  return part.files.every((file) => isIntactFile(file, join(folder, ...file.path.split("/")), piece));
}

/** True when what the executable carries has its hashes. Takes the memory of all of it. */
export async function isIntactBlob(part: CarriedPart): Promise<boolean> {
  try {
    const content = Bun.zstdDecompressSync(await Bun.file(part.blob).bytes());
    let offset = 0;
    return part.files.every(({ sizeBytes, sha256 }) => {
      const bytes = content.subarray(offset, offset + sizeBytes);
      offset += sizeBytes;
      return new Bun.CryptoHasher("sha256").update(bytes).digest("hex") === sha256;
    });
  } catch {
    return false; // It cannot even be decompressed.
  }
}

function isIntactFile(file: CarriedFile, path: string, piece: Uint8Array): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size !== file.sizeBytes) return false;
  if (process.platform !== "win32" && ((found.mode & 0o100) !== 0) !== file.isExecutable) return false;
  return sha256Of(path, piece) === file.sha256;
}

/** Read in small pieces into one buffer: the whole file at once would stay in our memory. */
function sha256Of(path: string, piece: Uint8Array): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const handle = openSync(path, "r");
  try {
    for (;;) {
      const read = readSync(handle, piece, 0, piece.length, null);
      if (read === 0) return hasher.digest("hex");
      hasher.update(piece.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
}
