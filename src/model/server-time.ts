// The time by an endpoint's server: the Date of any answer of it.

import type { EndpointConfig } from "../manifest/manifest.ts";

/**
 * In ms since 1970, in whole seconds. Sends one HEAD without credentials. Undefined when there is no answer, or one without a date. Never
 * rejects.
 */
export async function serverTime(endpoint: EndpointConfig, signal: AbortSignal): Promise<number | undefined> {
  if (endpoint.url === undefined) return undefined;
  try {
    const response = await fetch(endpoint.url, {
      method: "HEAD",
      redirect: "manual",
      signal,
      ...(endpoint.proxy === undefined ? {} : { proxy: endpoint.proxy.reveal() }),
      ...(endpoint.caFile === undefined ? {} : { tls: { ca: Bun.file(endpoint.caFile) } }),
    });
    await response.body?.cancel();
    const ms = Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(ms) ? undefined : ms;
  } catch {
    return undefined; // Not in reach: the check of its models says so.
  }
}
