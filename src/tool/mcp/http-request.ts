// Requests to an MCP server over HTTP: its headers, its CA file, its proxy, and nothing that the manifest does not say.

import type { McpHttpConfig } from "../../manifest/tools/config.ts";

/** What the official client may set; what else it or the environment adds stays here. */
const clientHeaders = ["accept", "content-type", "last-event-id", "mcp-protocol-version", "mcp-session-id"];

/** Redirects are not followed here: the caller knows what they may do. Rejects as `fetch` does. */
export function sendRequest(config: McpHttpConfig, url: string | URL, init: RequestInit): Promise<Response> {
  return fetch(url, {
    ...init,
    headers: requestHeaders(config, init.headers),
    redirect: "manual",
    timeout: false,
    ...(config.proxy === undefined ? {} : { proxy: config.proxy.reveal() }),
    ...(config.caFile === undefined ? {} : { tls: { ca: Bun.file(config.caFile) } }),
  });
}

function requestHeaders(config: McpHttpConfig, given: RequestInit["headers"]): Record<string, string> {
  const asked = new Headers(given);
  const headers: Record<string, string> = {};
  for (const name of clientHeaders) {
    const value = asked.get(name);
    if (value !== null) headers[name] = value;
  }
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value.reveal();
  return headers;
}
