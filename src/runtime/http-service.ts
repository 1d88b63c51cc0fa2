// Health and figures over HTTP, for those who ask by that way: read-only, and never a reason for the runtime to stop.

import { formatListen, type ListenAddress } from "../manifest/listen-address.ts";
import { isSameValue } from "./same-value.ts";
import { type Metric, metricContentType, metricText } from "../telemetry/metric-text.ts";
import type { Logger } from "../telemetry/log.ts";
import type { HttpStatus } from "./control-protocol.ts";

export interface HttpPorts {
  /** Reasons why the runtime is not ready; empty: it is. */
  readonly notReady: () => Promise<readonly string[]>;
  readonly metrics: () => readonly Metric[];
  readonly log: Logger;
  /** After how long a taken port is tried again; default 15 s. */
  readonly retryMs?: number;
}

const defaultRetryMs = 15_000;
/** Nothing that is asked here has a body. */
const maxRequestBodySize = 1_024;
const idleTimeoutS = 10;

export class HttpService {
  readonly #ports: HttpPorts;
  #wanted: ListenAddress | undefined;
  #server: Bun.Server<undefined> | undefined;
  #problem: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: HttpPorts) {
    this.#ports = ports;
  }

  /** Listens there, and no longer where it did; undefined: nowhere. A port that is taken is logged once and tried again. Never throws. */
  use(address: ListenAddress | undefined): void {
    if (isSameValue(address, this.#wanted)) return;
    this.close();
    this.#wanted = address;
    this.#listen();
  }

  /** Undefined: nobody asked for it. */
  status(): HttpStatus | undefined {
    if (this.#wanted === undefined) return undefined;
    const port = this.#server?.port ?? this.#wanted.port;
    const listen = formatListen({ ...this.#wanted, port });
    return this.#problem === undefined ? { listen } : { listen, problem: this.#problem };
  }

  /** Ends it at once. May be called again. */
  close(): void {
    clearTimeout(this.#retry);
    void this.#server?.stop(true);
    this.#server = undefined;
    this.#wanted = undefined;
    this.#problem = undefined;
  }

  #listen(): void {
    const address = this.#wanted;
    if (address === undefined) return;
    try {
      this.#server = Bun.serve({
        hostname: address.host,
        port: address.port,
        idleTimeout: idleTimeoutS,
        maxRequestBodySize,
        fetch: (request) => this.#answer(request),
        error: () => new Response("The runtime's state cannot be read\n", { status: 500 }),
      });
      this.#problem = undefined;
      this.#ports.log.info("Health and figures are served over HTTP", { url: `http://${this.status()?.listen ?? ""}` });
    } catch (error) {
      this.#fail(error, address);
    }
  }

  #fail(error: unknown, address: ListenAddress): void {
    const isFirst = this.#problem === undefined;
    this.#problem = listenProblem(error, address);
    if (isFirst) this.#ports.log.error(`${this.#problem}; the agents serve all the same, and it is tried again`);
    this.#retry = setTimeout(() => this.#listen(), this.#ports.retryMs ?? defaultRetryMs).unref();
  }

  async #answer(request: Request): Promise<Response> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("Only GET and HEAD\n", { status: 405, headers: { Allow: "GET, HEAD" } });
    }
    switch (new URL(request.url).pathname) {
      case "/healthz":
        // An event loop that does not turn answers nothing.
        return Response.json({ healthy: true });
      case "/readyz":
        return readiness(await this.#ports.notReady());
      case "/metrics":
        return new Response(metricText(this.#ports.metrics()), { headers: { "Content-Type": metricContentType } });
      default:
        return new Response("Here are /healthz, /readyz and /metrics\n", { status: 404 });
    }
  }
}

function readiness(reasons: readonly string[]): Response {
  return reasons.length === 0
    ? Response.json({ ready: true })
    : Response.json({ ready: false, reasons }, { status: 503 });
}

function listenProblem(error: unknown, address: ListenAddress): string {
  const where = formatListen(address);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return `Cannot serve HTTP on "${where}": another process listens there; end that one, or set another http.listen`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `Cannot serve HTTP on "${where}": ${reason}; set another http.listen`;
}
