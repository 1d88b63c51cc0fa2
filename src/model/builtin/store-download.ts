// Writes a model's file as it comes, and takes it when its hash is the pinned one.

import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { ModelError } from "../contract.ts";
import { cutBody } from "../cut-body.ts";
import { brokenOff, type DownloadPace, type DownloadProgress, type ModelDownload, partOf } from "./download.ts";
import type { DownloadAnswer } from "./request-download.ts";
import type { StallTimer } from "./stall-timer.ts";

/** Yields progress, the first at once. What came stays in the part, whole up to the last byte that was written. */
export async function* storeDownload(
  download: ModelDownload,
  { body, from, totalBytes }: DownloadAnswer,
  stall: StallTimer,
  pace: DownloadPace,
): AsyncGenerator<DownloadProgress, void, void> {
  const file = await open(partOf(download), from === 0 ? "w" : "r+");
  let at = from;
  let reportedAt = performance.now();
  try {
    yield { completedBytes: at, totalBytes };
    for await (const bytes of readBody(download, body)) {
      stall.restart();
      await file.write(bytes, 0, bytes.byteLength, at);
      at += bytes.byteLength;
      if (performance.now() - reportedAt < pace.reportMs) continue;
      reportedAt = performance.now();
      yield { completedBytes: at, totalBytes };
    }
    await file.truncate(at);
    await file.sync();
  } finally {
    await file.close();
  }
  if (at < totalBytes) throw brokenOff(download, `it ended after ${at} of ${totalBytes} bytes`);
  yield { completedBytes: at, totalBytes: totalBytes || at };
}

async function* readBody(download: ModelDownload, body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const read = await reader.read().catch((error: unknown) => {
        throw brokenOff(download, "the connection broke", error);
      });
      if (read.done) return;
      yield read.value;
    }
  } finally {
    cutBody(reader);
  }
}

/** Renames the part to the file when its hash is right, and removes it when it is wrong. */
export async function acceptDownload(download: ModelDownload): Promise<void> {
  const part = partOf(download);
  const hasher = new Bun.CryptoHasher("sha256");
  const pieces: AsyncIterable<Uint8Array> = createReadStream(part, { highWaterMark: 1 << 20 });
  for await (const piece of pieces) hasher.update(piece);
  const found = hasher.digest("hex");
  if (found === download.sha256.toLowerCase()) {
    await rename(part, download.path);
    return;
  }
  await rm(part, { force: true });
  throw new ModelError(
    "refused",
    `The file from "${download.url}" has SHA-256 "${found}", but "sha256" says "${download.sha256}". It was removed; correct the manifest or the URL`,
  );
}
