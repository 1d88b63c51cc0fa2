// One request to a collector, and what came of it. Redirects are not followed: headers may hold keys.

import type { PartialSuccess, SpanEncoding } from "./encoding.ts";

export interface Collector {
  /** The whole URL. */
  readonly url: string;
  /** By name; read for each request, and shown nowhere. */
  readonly headers: Readonly<Record<string, { reveal(): string }>>;
  readonly compression: "none" | "gzip";
  readonly timeoutMs: number;
  readonly tls?: CollectorTls;
}

/** Paths of PEM files. */
export interface CollectorTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export type PostOutcome =
  | { readonly type: "taken"; readonly partial: PartialSuccess }
  /** Worth another try, not before `retryAfterMs` where the collector says. */
  | { readonly type: "later"; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly type: "refused"; readonly reason: string };

/** By the protocol's own list. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const maxAnswerBytes = 64 * 1024;
const longestRetryAfterMs = 5 * 60_000;

/** Never rejects. Ends soon after `signal`. */
export async function postSpans(
  body: Uint8Array<ArrayBuffer>,
  collector: Collector,
  encoding: SpanEncoding,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const { url, timeoutMs, tls } = collector;
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: headersOf(collector, encoding),
      body: collector.compression === "gzip" ? Bun.gzipSync(body) : body,
      signal: AbortSignal.any([late, signal]),
      ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    });
    const answer = await readBounded(response);
    return outcomeOf(response, answer, encoding);
  } catch (error) {
    if (late.aborted) return { type: "later", reason: `no answer within ${timeoutMs / 1000} s` };
    return { type: "later", reason: reasonOf(error) };
  }
}

function outcomeOf({ status, headers }: Response, answer: Uint8Array, encoding: SpanEncoding): PostOutcome {
  if (status >= 200 && status < 300) return { type: "taken", partial: encoding.partialSuccess(answer) };
  const reason = `it answers with HTTP status ${status}`;
  if (!passing.has(status)) return { type: "refused", reason };
  const retryAfterMs = retryAfter(headers.get("retry-after"));
  return { type: "later", reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function headersOf({ headers, compression }: Collector, { contentType }: SpanEncoding): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()] as const);
  return {
    ...Object.fromEntries(own),
    "content-type": contentType,
    ...(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
  };
}

function tlsOptions({ caFile, certFile, keyFile }: CollectorTls): Bun.TLSOptions {
  return {
    ...(caFile === undefined ? {} : { ca: Bun.file(caFile) }),
    ...(certFile === undefined ? {} : { cert: Bun.file(certFile) }),
    ...(keyFile === undefined ? {} : { key: Bun.file(keyFile) }),
  };
}

/** Of a longer answer the beginning: no collector has that much to say. */
async function readBounded(response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return new Uint8Array();
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes > maxAnswerBytes) break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(longestRetryAfterMs, Math.max(0, ms)) : undefined;
}

/** What the system says of a connection; a code where it has one, since its words differ by version. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
  return `${error.message.replace(/\s+/g, " ").slice(0, 200)}${code}`;
}
