// One look at an MCP server, for an operator: started or reached, greeted, asked for its tools, and left again.

import type { McpToolConfig } from "../../manifest/tools/config.ts";
import type { Logger } from "../../telemetry/log.ts";
import { hideSecretsOf } from "./hide-secrets.ts";
import { type LeftOutTool, readTools } from "./listed-tools.ts";
import { absence } from "./presence.ts";

export type ServerLook =
  | { readonly type: "absent" | "failed"; readonly reason: string }
  | {
      readonly type: "answers";
      /** Its own name and version. */
      readonly server: string;
      /** Those that the model may use. */
      readonly tools: number;
      readonly leftOut: readonly LeftOutTool[];
      /** Names of `allow` that it does not have. */
      readonly missing: readonly string[];
    };

const leaveMs = 1_000;

/** Never rejects. Ends soon after `signal`; nothing is left running. */
export async function lookAtServer(config: McpToolConfig, log: Logger, signal: AbortSignal): Promise<ServerLook> {
  const absent = await absence(config.server, signal);
  if (absent !== undefined) return { type: "absent", reason: absent };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(config.startTimeoutMs)]);
  try {
    const { openSession } = await import("./session.ts");
    const ports = { log, hide: hideSecretsOf(config.server), onListChanged: () => undefined };
    const session = await openSession(config, ports, limit);
    try {
      const { tools, leftOut, missing } = readTools(await session.listTools(config.startTimeoutMs, limit), config);
      return { type: "answers", server: session.serverName, tools: tools.length, leftOut, missing };
    } finally {
      await session.close(leaveMs);
    }
  } catch (error) {
    if (limit.aborted)
      return {
        type: "failed",
        reason: `It did not greet and list its tools within ${config.startTimeoutMs / 1_000} s`,
      };
    return { type: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}
