// A model's file to be fetched: what it is, where it goes, and how its fetching fails.

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

/** Where what has come so far is kept, until it is whole and verified. */
export function partOf(download: ModelDownload): string {
  return `${download.path}.part`;
}

/** The connection, not the file or the disk, is to blame. */
export function brokenOff(download: ModelDownload, what: string, cause?: unknown): ModelError {
  const reason = cause instanceof Error ? `${what}: ${cause.message}` : what;
  return new ModelError("unreachable", `Cannot fetch the model from "${download.url}": ${reason}`, { cause });
}

export function diskFailure(download: ModelDownload, cause: unknown): ModelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ModelError("refused", `Cannot keep the model in "${download.path}": ${reason}`, { cause });
}
