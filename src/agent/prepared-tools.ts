// The tools of a turn, all of them: a turn that lacks some would be poorer without anybody being told.

import type { Tool } from "../tool/contract.ts";
import type { ToolSet } from "../tool/tool-set.ts";

/** What is started on first use could not be started, or has gone. */
export class ToolsUnavailable extends Error {
  override readonly name = "ToolsUnavailable";
}

/** @throws {ToolsUnavailable}, or the signal's reason */
export async function preparedTools(tools: ToolSet, signal: AbortSignal): Promise<readonly Tool[]> {
  await tools.prepare(signal);
  signal.throwIfAborted();
  const health = tools.health();
  if (health.state === "degraded") throw new ToolsUnavailable(health.reason);
  return tools.tools();
}
