// A stand-in for an OpenTelemetry collector: takes OTLP over HTTP in JSON and protobuf, keeps the spans that it reads, and goes wrong on purpose.

import { readProtobufSpans } from "./otlp-protobuf.ts";

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  /** 2: an error. */
  readonly status: { readonly code: number; readonly message: string };
}

export interface CollectedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: CollectedRequest[];
  /** Of the requests that were answered well. */
  readonly spans: CollectedSpan[];
  /** What it does with each request from now on; undefined: it takes it. */
  behave(how: ((request: CollectedRequest) => Response | Promise<Response>) | undefined): void;
  stop(): Promise<void>;
}

export function startCollector(port = 0): Collector {
  const requests: CollectedRequest[] = [];
  const spans: CollectedSpan[] = [];
  let behaviour: ((request: CollectedRequest) => Response | Promise<Response>) | undefined;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    idleTimeout: 0,
    fetch: async (request) => {
      const sent = new Uint8Array(await request.arrayBuffer());
      const isZipped = request.headers.get("content-encoding") === "gzip";
      const body = isZipped ? Bun.gunzipSync(sent) : sent;
      const headers = Object.fromEntries(request.headers);
      const collected = { path: new URL(request.url).pathname, headers, body };
      requests.push(collected);
      const answer = await behaviour?.(collected);
      if (answer !== undefined && !answer.ok) return answer;
      spans.push(...readSpans(collected));
      return answer ?? new Response("{}", { headers: { "content-type": "application/json" } });
    },
  });
  const stop = () => server.stop(true);
  return {
    url: `http://127.0.0.1:${server.port ?? 0}`,
    port: server.port ?? 0,
    requests,
    spans,
    behave: (how) => void (behaviour = how),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export function readSpans({ headers, body }: Pick<CollectedRequest, "headers" | "body">): CollectedSpan[] {
  switch (headers["content-type"]) {
    case "application/json":
      return readJsonSpans(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)));
    case "application/x-protobuf":
      return readProtobufSpans(body);
    default:
      throw new Error(`Spans came as ${headers["content-type"] ?? "nothing"}`);
  }
}

function readJsonSpans(request: unknown): CollectedSpan[] {
  return list(request, "resourceSpans").flatMap((resourceSpans) => {
    const resource = attributesOf(field(resourceSpans, "resource"));
    return list(resourceSpans, "scopeSpans").flatMap((scope) =>
      list(scope, "spans").map((span) => ({
        name: text(span, "name"),
        traceId: text(span, "traceId"),
        spanId: text(span, "spanId"),
        parentSpanId: text(span, "parentSpanId"),
        kind: Number(field(span, "kind")),
        startNano: BigInt(text(span, "startTimeUnixNano")),
        endNano: BigInt(text(span, "endTimeUnixNano")),
        attributes: attributesOf(span),
        resource,
        status: {
          code: Number(field(field(span, "status"), "code") ?? 0),
          message: text(field(span, "status"), "message"),
        },
      })),
    );
  });
}

function attributesOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(
    list(value, "attributes").map((attribute) => [text(attribute, "key"), plain(field(attribute, "value"))]),
  );
}

function plain(value: unknown): unknown {
  const [[kind, content] = ["", undefined]] = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (kind === "intValue") return Number(content);
  if (kind === "arrayValue") return list(content, "values").map(plain);
  return content;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = field(value, name);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}
