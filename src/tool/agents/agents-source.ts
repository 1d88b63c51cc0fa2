// An entry of `type: agents`: its tools, and the calls of each turn that uses them.

import type { AgentToolName } from "../../manifest/tools/other-agents-config.ts";
import type { Tool, ToolContext, ToolSource } from "../contract.ts";
import { type AgentToolsPorts, useAgentTool } from "./agent-tools.ts";
import { CallScope } from "./call-scope.ts";
import { agentToolDefinitions } from "./definitions.ts";

/** Those that change nothing elsewhere. */
const readOnly: ReadonlySet<AgentToolName> = new Set(["discover_agents", "wait_agent", "list_agent_calls"]);

export function agentsSource(ports: AgentToolsPorts): ToolSource {
  const unfollow = ports.agents.follow();
  const offered = new Set(ports.config.tools);
  const scopes = new TurnScopes(ports.config.maxCalls);
  const tools = agentToolDefinitions(offered).map((definition): Tool => ({
    ...definition,
    isReadOnly: readOnly.has(definition.name),
    run: (input, context) => {
      const scope = scopes.of(context);
      return useAgentTool(definition.name, { ports, scope, offered, input, context });
    },
  }));
  return {
    name: ports.config.name,
    tools: () => tools,
    health: () => ({ state: "ready" }),
    onHealthChange: () => () => undefined,
    close: () => {
      scopes.close();
      unfollow();
      return Promise.resolve();
    },
  };
}

/** A scope for each turn, as long as that lasts. */
class TurnScopes {
  readonly #maxCalls: number;
  readonly #scopes = new Map<string, CallScope>();

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  of({ turn, onEnd }: Pick<ToolContext, "turn" | "onEnd">): CallScope {
    const known = this.#scopes.get(turn);
    if (known !== undefined) return known;
    const scope = new CallScope(this.#maxCalls);
    this.#scopes.set(turn, scope);
    onEnd(() => {
      scope.close();
      this.#scopes.delete(turn);
      return Promise.resolve();
    });
    return scope;
  }

  close(): void {
    for (const scope of this.#scopes.values()) scope.close();
  }
}
