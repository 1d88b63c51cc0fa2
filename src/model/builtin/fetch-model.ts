// A model's file from a URL into the state directory: with progress, resumed where it broke off, and taken only when its hash is the pinned one.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ModelError } from "../contract.ts";
import { diskFailure, type DownloadPace, type DownloadProgress, type ModelDownload } from "./download.ts";
import { requestDownload } from "./request-download.ts";
import { StallTimer } from "./stall-timer.ts";
import { acceptDownload, storeDownload } from "./store-download.ts";

const usualPace: DownloadPace = { reportMs: 1_000, stallMs: 60_000 };

/** One download a path: whoever comes second waits for the first. */
const running = new Map<string, Promise<void>>();

/**
 * Yields progress, the first at once; ends when the file is there, whole and verified. Leaves what came in `path` + `.part` when it
 * breaks off or `signal` fires, to be resumed by the next call. Throws `ModelError`, or the signal's reason.
 */
export async function* fetchModel(
  download: ModelDownload,
  signal: AbortSignal,
  pace: DownloadPace = usualPace,
): AsyncGenerator<DownloadProgress, void, void> {
  for (let other = running.get(download.path); other !== undefined; other = running.get(download.path)) await other;
  signal.throwIfAborted();
  if (existsSync(download.path)) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  running.set(
    download.path,
    promise.then(() => undefined),
  );
  try {
    await mkdir(dirname(download.path), { recursive: true });
    yield* receive(download, signal, pace);
    await acceptDownload(download);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ModelError ? error : diskFailure(download, error);
  } finally {
    running.delete(download.path);
    resolve(undefined);
  }
}

async function* receive(
  download: ModelDownload,
  signal: AbortSignal,
  pace: DownloadPace,
): AsyncGenerator<DownloadProgress, void, void> {
  const stall = new StallTimer(pace.stallMs);
  try {
    const answer = await requestDownload(download, AbortSignal.any([signal, stall.signal]));
    if (answer === "complete") return;
    yield* storeDownload(download, answer, stall, pace);
  } catch (error) {
    if (stall.signal.aborted) throw stall.signal.reason;
    throw error;
  } finally {
    stall.stop();
  }
}
