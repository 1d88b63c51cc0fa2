// Asks for the part of a model's file that is missing.

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { ModelError } from "../contract.ts";
import { brokenOff, type ModelDownload, partOf } from "./download.ts";

export interface DownloadAnswer {
  readonly body: ReadableStream<Uint8Array>;
  /** Where in the file the body begins. */
  readonly from: number;
  readonly totalBytes: number;
}

/** Asks for what is missing; `complete` when the server says that nothing is. */
export async function requestDownload(
  download: ModelDownload,
  signal: AbortSignal,
): Promise<DownloadAnswer | "complete"> {
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

async function sizeOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}
