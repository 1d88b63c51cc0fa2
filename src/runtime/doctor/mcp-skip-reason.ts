// Why an MCP server is not looked at; undefined when it is.

import type { McpToolConfig } from "../../manifest/tools/config.ts";
import { programAbsence } from "../../tool/mcp/presence.ts";
import type { Circumstances } from "./circumstances.ts";
import { isLoopbackUrl } from "./loopback.ts";

/** A server that is started here is started as who asks: as root it could do and leave what the service could not. */
export function mcpSkipReason({ server }: McpToolConfig, { isOffline, manifest }: Circumstances): string | undefined {
  if (server.type === "stdio") {
    if (programAbsence(server) !== undefined) return undefined;
    if (manifest.isService)
      return "Its program is there; it is the service's to start, and the runtime says how it fares";
    return isOffline ? "Its program is there; with --offline it is not started, for it may ask others" : undefined;
  }
  const isElsewhere = server.proxy !== undefined || !isLoopbackUrl(server.url);
  return isOffline && isElsewhere ? "It is not on this machine: not asked with --offline" : undefined;
}
