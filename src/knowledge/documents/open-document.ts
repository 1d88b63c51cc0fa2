// A document's bytes, within a limit, and only of a plain file: a pipe or a device would never end.

import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { DocumentError } from "./document.ts";

export interface OpenDocument {
  /** Its first KB. Throws `DocumentError`, as all of these do. */
  head(): Promise<Uint8Array>;
  whole(): Promise<Uint8Array>;
  close(): Promise<void>;
}

const headBytes = 1024;

/** Throws `DocumentError` for what is no plain file, or larger than `maxBytes`. */
export async function openDocument(path: string, maxBytes: number): Promise<OpenDocument> {
  // Opening a pipe that nobody writes to would wait for ever.
  const file = await orFailure(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const read = (length: number) => orFailure(path, () => readUpTo(file, length));
  try {
    const stat = await orFailure(path, () => file.stat());
    if (!stat.isFile()) throw new DocumentError("unreadable", `Cannot read "${path}": it is no file`);
    if (stat.size > maxBytes) throw tooLarge(path, stat.size, maxBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    head: () => read(headBytes),
    whole: async () => {
      const bytes = await read(maxBytes + 1);
      // It may have grown since it was looked at.
      if (bytes.length > maxBytes) throw tooLarge(path, bytes.length, maxBytes);
      return bytes;
    },
    close: () => file.close(),
  };
}

async function readUpTo(file: FileHandle, length: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const buffer = Buffer.allocUnsafe(Math.min(length, size + 1));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function tooLarge(path: string, bytes: number, maxBytes: number): DocumentError {
  const text = `Cannot read "${path}": it has ${bytes} bytes, and ${maxBytes} are the most that is read of a document`;
  return new DocumentError("too-large", text);
}

async function orFailure<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new DocumentError("missing", `Cannot read "${path}": there is no such file`, { cause: error });
    }
    const reason = reasons.get(code) ?? String(error);
    throw new DocumentError("unreadable", `Cannot read "${path}": ${reason}`, { cause: error });
  }
}

const reasons: ReadonlyMap<unknown, string> = new Map([
  ["EACCES", "no permission"],
  ["EPERM", "no permission"],
  ["EISDIR", "it is no file"],
  ["ENXIO", "it is no file"],
  ["ELOOP", "its links go in a circle"],
]);
