// A bus without other agents, for tests of tools that call none.

import { type AgentsPort } from "../../src/tool/agents/port.ts";
import { ToolError } from "../../src/tool/contract.ts";

export const noAgents: AgentsPort = {
  follow: () => () => undefined,
  known: () => [],
  discover: () => Promise.resolve([]),
  call: (address) => Promise.reject(new ToolError("unavailable", `No agent answers at "${address}"`)),
};
