// Files of the command line as attachments of a prompt.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Attachment } from "../protocol/attachment.ts";
import { CommandError } from "./command-error.ts";

/** What no NATS server would take is not read. */
const maxFileBytes = 64 * 1024 * 1024;

/** In the order given; a path is relative to `folder`. Throws a `CommandError` for a file that cannot be read. */
export async function readAttachments(paths: readonly string[], folder: string): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  for (const path of paths) {
    attachments.push({ filename: basename(path), data: await readOne(resolve(folder, path), path) });
  }
  return attachments;
}

async function readOne(absolute: string, path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(absolute);
    const data = size > maxFileBytes ? undefined : await readBounded(absolute);
    if (data !== undefined) return data;
  } catch (cause) {
    throw new CommandError(`Cannot attach "${path}": ${reasonOf(cause)}`, 1, { cause });
  }
  throw new CommandError(`Cannot attach "${path}": it has more than ${maxFileBytes} bytes`);
}

/** Undefined when there is more than is taken: the size of a pipe or a device is not known before. */
async function readBounded(absolute: string): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of createReadStream(absolute)) {
    if (!(piece instanceof Uint8Array)) throw new Error("it cannot be read as bytes");
    bytes += piece.length;
    if (bytes > maxFileBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  switch (code) {
    case "ENOENT":
      return "no such file";
    case "EACCES":
      return "not allowed to read it";
    case "EISDIR":
      return "it is a folder";
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
