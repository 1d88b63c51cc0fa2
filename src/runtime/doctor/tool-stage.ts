// The checks of the agents' tools: MCP servers, each in a row of its own.

import type { McpServerConfig, McpToolConfig } from "../../manifest/tools/config.ts";
import { lookAtServer } from "../../tool/mcp/look-at-server.ts";
import { programAbsence, shownUrl } from "../../tool/mcp/presence.ts";
import { checkMcp } from "./check-mcp.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Stage } from "./examination.ts";
import { isLoopbackUrl } from "./loopback.ts";

export function toolStage(circumstances: Circumstances): Stage {
  const agents = [...(circumstances.manifest.manifest?.agents.values() ?? [])];
  return agents.flatMap((agent) =>
    agent.tools
      .filter((tool) => tool.type === "mcp")
      .map((tool) => [
        checkMcp({
          agent: agent.name,
          name: tool.name,
          place: placeOf(tool.server),
          limitMs: tool.startTimeoutMs,
          skip: skipReason(tool, circumstances),
          look: (signal) => lookAtServer(tool, circumstances.log, signal),
        }),
      ]),
  );
}

/** A server that is started here is started as who asks: as root it could do and leave what the service could not. */
function skipReason({ server }: McpToolConfig, { isOffline, manifest }: Circumstances): string | undefined {
  if (server.type === "stdio") {
    if (programAbsence(server) !== undefined) return undefined;
    if (manifest.isService)
      return "Its program is there; it is the service's to start, and the runtime says how it fares";
    return isOffline ? "Its program is there; with --offline it is not started, for it may ask others" : undefined;
  }
  const isElsewhere = server.proxy !== undefined || !isLoopbackUrl(server.url);
  return isOffline && isElsewhere ? "It is not on this machine: not asked with --offline" : undefined;
}

function placeOf(server: McpServerConfig): string {
  return server.type === "stdio" ? `"${server.command.join(" ")}"` : shownUrl(server.url);
}
