// An entry of `tools` that has the same tools all the time, and nothing to give back.

import type { Tool, ToolSource } from "./contract.ts";

export function fixedSource(name: string, tools: readonly Tool[]): ToolSource {
  return {
    name,
    tools: () => tools,
    health: () => ({ state: "ready" }),
    onHealthChange: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
