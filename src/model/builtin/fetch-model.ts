// A model's file from a URL into the state directory: with progress, resumed where it broke off, and taken only when its hash is the pinned one.

import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ModelError } from "../contract.ts";

export interface ModelDownload {
  readonly url: string;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Absolute path of the file to be. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
  readonly caFile?: string;
}

export interface DownloadProgress {
  readonly completedBytes: number;
  /** 0 when the server doesn't tell. */
  readonly totalBytes: number;
}

export interface DownloadPace {
  /** Time between two reports of progress. */
  readonly reportMs: number;
  /** Longest time without a byte. */
  readonly stallMs: number;
}

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
    await accept(download);
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
    const answer = await request(download, AbortSignal.any([signal, stall.signal]));
    if (answer === "complete") return;
    yield* store(download, answer, stall, pace);
  } catch (error) {
    if (stall.signal.aborted) throw stall.signal.reason;
    throw error;
  } finally {
    stall.stop();
  }
}

interface Answer {
  readonly body: ReadableStream<Uint8Array>;
  /** Where in the file the body begins. */
  readonly from: number;
  readonly totalBytes: number;
}

/** Asks for what is missing; `complete` when the server says that nothing is. */
async function request(download: ModelDownload, signal: AbortSignal): Promise<Answer | "complete"> {
  const have = await sizeOf(partOf(download));
  const response = await send(download, have, signal);
  if (response.status === 416 && have > 0) {
    await response.body?.cancel();
    return "complete";
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new ModelError("refused", `Cannot fetch the model from "${download.url}": status ${response.status}`, {
      status: response.status,
    });
  }
  const from = response.status === 206 ? startOf(response, have) : 0;
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  return { body: response.body, from, totalBytes: Number.isFinite(length) ? from + length : 0 };
}

async function send(download: ModelDownload, have: number, signal: AbortSignal): Promise<Response> {
  const headers = {
    ...download.headers,
    "accept-encoding": "identity",
    ...(have > 0 ? { range: `bytes=${have}-` } : {}),
  };
  try {
    return await fetch(download.url, {
      headers,
      signal,
      ...(download.proxy === undefined ? {} : { proxy: download.proxy }),
      ...(download.caFile === undefined ? {} : { tls: { ca: Bun.file(download.caFile) } }),
    });
  } catch (error) {
    throw brokenOff(download, "the connection failed", error);
  }
}

/** A server may begin elsewhere than asked. */
function startOf(response: Response, asked: number): number {
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  return start === undefined ? asked : Number(start);
}

async function* store(
  download: ModelDownload,
  { body, from, totalBytes }: Answer,
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
    // Closes the connection when the reader leaves early; a stream that failed already has nothing to close.
    await reader.cancel().catch(() => undefined);
  }
}

/** Renames the part to the file when its hash is right, and removes it when it is wrong. */
async function accept(download: ModelDownload): Promise<void> {
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

function brokenOff(download: ModelDownload, what: string, cause?: unknown): ModelError {
  const reason = cause instanceof Error ? `${what}: ${cause.message}` : what;
  return new ModelError("unreachable", `Cannot fetch the model from "${download.url}": ${reason}`, { cause });
}

function diskFailure(download: ModelDownload, cause: unknown): ModelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ModelError("refused", `Cannot keep the model in "${download.path}": ${reason}`, { cause });
}

function partOf(download: ModelDownload): string {
  return `${download.path}.part`;
}

async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}

/** Fires its signal when it wasn't restarted in time. */
class StallTimer {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: Timer;

  constructor(ms: number) {
    this.#ms = ms;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): Timer {
    const seconds = this.#ms / 1_000;
    const error = new ModelError("unreachable", `Cannot fetch the model: no byte came for ${seconds} s`);
    return setTimeout(() => this.#controller.abort(error), this.#ms);
  }
}
