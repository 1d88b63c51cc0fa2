// Hashes of files and bytes, and the check of one against what was pinned.

import { createReadStream } from "node:fs";

/** SHA-256 of the bytes, lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** SHA-256 of a file, lower-case hex, read in pieces. */
export async function sha256File(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const pieces: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const piece of pieces) hasher.update(piece);
  return hasher.digest("hex");
}

/** Throws when the file is not the one that was pinned. */
export async function verifyFile(path: string, expected: string): Promise<void> {
  const found = await sha256File(path);
  if (found !== expected) throw new Error(`Wrong content in "${path}": SHA-256 ${found}, expected ${expected}`);
}
