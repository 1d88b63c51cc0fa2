// An MCP server over streamable HTTP. The official client's transport does the talking; here is what bounds it and what notices that the
// server has gone.

import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { McpHttpConfig } from "../../manifest/tools/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import { sendRequest } from "./http-request.ts";
import { absence } from "./presence.ts";
import { reachFailure } from "./reach-failure.ts";
import { errorAnswer } from "./read-message.ts";
import type { ServerLink } from "./server-link.ts";
import { watchBody } from "./watch-body.ts";

export interface HttpLinkPorts {
  readonly log: Logger;
  readonly hide: (text: string) => string;
}

export function openHttpLink(config: McpHttpConfig, ports: HttpLinkPorts): ServerLink {
  return new HttpLink(config, ports);
}

class HttpLink implements ServerLink, Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly transport = this;
  readonly lost: Promise<string>;
  readonly #config: McpHttpConfig;
  readonly #ports: HttpLinkPorts;
  readonly #inner: StreamableHTTPClientTransport;
  readonly #loss = Promise.withResolvers<string>();
  readonly #ended = new AbortController();
  /** Ids of requests without an answer yet. */
  readonly #waiting = new Set<string | number>();
  #isLost = false;

  constructor(config: McpHttpConfig, ports: HttpLinkPorts) {
    this.#config = config;
    this.#ports = ports;
    this.lost = this.#loss.promise;
    this.#inner = new StreamableHTTPClientTransport(new URL(config.url), {
      fetch: (url, init) => this.#fetch(url, init ?? {}),
    });
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message) => this.#take(message);
    this.#inner.onerror = (error) =>
      this.#ports.log.debug("MCP over HTTP", { reason: this.#ports.hide(error.message.slice(0, 500)) });
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isLost) throw new Error("The server has gone");
    const id = "method" in message && "id" in message ? message.id : undefined;
    if (id !== undefined) this.#waiting.add(id);
    try {
      await this.#inner.send(message);
    } catch (error) {
      if (id !== undefined) this.#waiting.delete(id);
      throw error;
    }
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  fail(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#loss.resolve(reason);
    this.#ended.abort();
    this.#waiting.clear();
    void this.#inner.close();
    this.onclose?.();
  }

  async close(graceMs = 1_000): Promise<void> {
    if (!this.#isLost) await this.#takeLeave(graceMs);
    this.fail("It was left");
  }

  /** The server may forget the session now; one that does not listen is left all the same. */
  async #takeLeave(graceMs: number): Promise<void> {
    const limit = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => limit.resolve(undefined), graceMs);
    const leave = this.#inner.terminateSession().catch(() => undefined);
    await Promise.race([leave, limit.promise]);
    clearTimeout(timer);
  }

  #take(message: JSONRPCMessage): void {
    if (!("method" in message) && message.id !== undefined) this.#waiting.delete(message.id);
    this.onmessage?.(message);
  }

  async #fetch(url: string | URL, init: RequestInit): Promise<Response> {
    const response = await this.#send(url, init);
    if (init.method === "GET" && response.status === 404) this.fail("It has forgotten the session");
    if (response.body === null) return response;
    const ids = requestIds(init.body);
    const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
    const body = watchBody(response.body, isStream, {
      onBreach: (reason) => this.fail(reason),
      onEnd: (end) => void this.#streamEnded(ids, end.hasIds),
    });
    return new Response(body, response);
  }

  async #send(url: string | URL, init: RequestInit): Promise<Response> {
    try {
      return await sendRequest(this.#config, url, init);
    } catch (error) {
      if (!this.#ended.signal.aborted && init.signal?.aborted !== true) this.fail(this.#unreached(error));
      throw error;
    }
  }

  #unreached(error: unknown): string {
    return `It cannot be reached: ${reachFailure(error)}`;
  }

  /** A stream is over. Requests that it did not answer wait in vain, unless the client resumes it by its events' ids. */
  async #streamEnded(ids: readonly (string | number)[], hasIds: boolean): Promise<void> {
    await Bun.sleep(0); // What came last is read first.
    const left = ids.filter((id) => this.#waiting.has(id));
    if (left.length === 0 || this.#isLost) return;
    const reason = await absence(this.#config, this.#ended.signal);
    if (reason !== undefined) this.fail(reason);
    else if (!hasIds)
      for (const id of left) this.#take(errorAnswer(id, "the server ended its answer before it gave one"));
  }
}

/** Of the JSON-RPC request that a body holds. */
function requestIds(body: RequestInit["body"]): readonly (string | number)[] {
  if (typeof body !== "string") return [];
  const message: unknown = JSON.parse(body);
  if (typeof message !== "object" || message === null || !("id" in message) || !("method" in message)) return [];
  return typeof message.id === "number" || typeof message.id === "string" ? [message.id] : [];
}
