// One HTTP request to one address and as much of its answer as there is room for. Redirects are not followed here.

import { isIP } from "node:net";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** Where to connect, whatever the host's name means now. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
  /** There was more. */
  readonly isCut: boolean;
}

/** Rejects with what the connection fails with, or once `signal` has fired. The connection is closed then and at the end. */
export async function sendOnce(request: HttpRequest): Promise<HttpAnswer> {
  const { request: open } = request.url.protocol === "https:" ? await import("node:https") : await import("node:http");
  request.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const sent: ClientRequest = open(optionsOf(request), (response) => {
    response.on("error", reject);
    collect(response, request.maxBytes, resolve);
  });
  const onAbort = (): void => reject(request.signal.reason);
  request.signal.addEventListener("abort", onAbort, { once: true });
  sent.on("error", reject);
  sent.end(request.body);
  try {
    return await promise;
  } finally {
    request.signal.removeEventListener("abort", onAbort);
    sent.destroy();
  }
}

function optionsOf({ method, url, address, headers }: HttpRequest): RequestOptions {
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    ...(url.port === "" ? {} : { port: url.port }),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers },
    agent: false,
    lookup: (_host, _options, found) => found(null, [{ address, family: isIP(address) }]),
  };
}

function collect(response: IncomingMessage, maxBytes: number, done: (answer: HttpAnswer) => void): void {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const finish = (isCut: boolean): void => {
    const body = Buffer.concat(chunks).subarray(0, maxBytes);
    const { statusCode: status = 0, statusMessage: reason = "", headers } = response;
    done({ status, reason, headers, body, isCut });
  };
  response.on("data", (chunk: Uint8Array) => {
    if (bytes > maxBytes) return;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) finish(true);
  });
  response.on("end", () => finish(false));
}
