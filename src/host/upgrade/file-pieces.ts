// A file read from its beginning in pieces of bounded size.

import { open, type FileHandle } from "node:fs/promises";

const pieceBytes = 1024 * 1024;

/** Each piece is good until the next is asked for. Closes the file on every path. */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** All of it, however the system cuts the writes. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, null)).bytesWritten;
  }
}
