// How requests reach an endpoint: its proxy, CA file and headers, a bound on connecting, and failures told as `ModelError`.

import type { EndpointConfig } from "../manifest/manifest.ts";
import { watchConnect } from "./connect-watch.ts";
import type { Destination } from "./fetch-failure.ts";
import { connectFailure, unreachable } from "./fetch-failure.ts";
import { statusFailure } from "./status-failure.ts";

export interface Transport {
  /** The base URL as configured, without a slash at its end. */
  readonly url: string;
  readonly to: Destination;
  /** The text without the endpoint's secrets: providers repeat them in their errors. */
  readonly hide: (text: string) => string;
  /**
   * Sends one request. Resolves with an answer whose status is good; its body ends when `signal` fires.
   * @throws {ModelError} for anything else; whatever once `signal` has fired
   */
  send(url: string, init: RequestInit, signal: AbortSignal): Promise<Response>;
}

export interface TransportDefaults {
  readonly title: string;
  readonly url: string;
  readonly advice: string;
  /** Headers that the provider's own client has no say in, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What official clients may set; whatever else they add (their names and versions, the environment's headers) stays here. */
const clientHeaders = ["content-type", "accept", "anthropic-version", "anthropic-beta"];

export function createTransport(endpoint: EndpointConfig, defaults: TransportDefaults): Transport {
  const url = (endpoint.url ?? defaults.url).replace(/\/+$/, "");
  const to = { title: defaults.title, shownUrl: shownUrl(url), advice: adviceFor(endpoint, defaults) };
  const secrets = secretsOf(endpoint);
  const hide = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  const first = firstHop(endpoint, url);
  const options = connectionOptions(endpoint);
  const fixed = { ...defaults.headers, ...revealed(endpoint) };

  const send = async (target: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    signal.throwIfAborted();
    const dead = new AbortController();
    const endWatch = watchConnect(first.host, first.port, endpoint.connectTimeoutMs, () => {
      dead.abort(unreachable(`no connection within ${endpoint.connectTimeoutMs} ms`, to));
    });
    try {
      const headers = requestHeaders(init.headers, fixed);
      const either = AbortSignal.any([signal, dead.signal]);
      const response = await fetch(target, { ...init, ...options, headers, signal: either });
      if (response.ok) return response;
      throw await statusFailure(response, to, hide);
    } catch (error) {
      throw connectFailure(error, to);
    } finally {
      endWatch();
    }
  };
  return { url, to, hide, send };
}

/** A request with a JSON body to a path below the endpoint's URL. Throws as `Transport.send` does. */
export function postJson(transport: Transport, path: string, body: object, signal: AbortSignal): Promise<Response> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  return transport.send(`${transport.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) }, signal);
}

function adviceFor({ proxy }: EndpointConfig, { advice }: TransportDefaults): string {
  return proxy === undefined ? advice : `${advice}. It is reached by the endpoint's proxy: check that too`;
}

/** No timeout: the model may load for minutes, and the caller's deadline is the signal. Redirects could carry keys elsewhere. */
function connectionOptions(endpoint: EndpointConfig): BunFetchRequestInit {
  return {
    timeout: false,
    redirect: "manual",
    ...(endpoint.proxy === undefined ? {} : { proxy: endpoint.proxy.reveal() }),
    ...(endpoint.caFile === undefined ? {} : { tls: { ca: Bun.file(endpoint.caFile) } }),
  };
}

function requestHeaders(
  given: RequestInit["headers"],
  fixed: Readonly<Record<string, string>>,
): Record<string, string> {
  const asked = new Headers(given);
  const headers: Record<string, string> = {};
  for (const name of clientHeaders) {
    const value = asked.get(name);
    if (value !== null) headers[name] = value;
  }
  return Object.assign(headers, fixed);
}

function revealed(endpoint: EndpointConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]),
  );
}

function secretsOf(endpoint: EndpointConfig): readonly string[] {
  const all = [endpoint.apiKey, endpoint.proxy, ...Object.values(endpoint.headers)];
  return all.map((secret) => secret?.reveal() ?? "").filter((secret) => secret.length >= 4);
}

function firstHop(endpoint: EndpointConfig, url: string): { host: string; port: number } {
  const hop = new URL(endpoint.proxy?.reveal() ?? url);
  const port = Number(hop.port) || (hop.protocol === "https:" ? 443 : 80);
  return { host: hop.hostname.replace(/^\[|\]$/g, ""), port };
}

function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  shown.search = "";
  return shown.href.replace(/\/$/, "");
}
