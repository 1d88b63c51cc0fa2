// Tools that call other agents, over a real connection, for tests.

import { busAgents } from "../../src/bus/agents/agents-port.ts";
import type { BusConnection } from "../../src/bus/connection/connection.ts";
import type { ToolContext, ToolOutput } from "../../src/tool/contract.ts";
import { createToolSet } from "../../src/tool/tool-set.ts";
import { agentWithTools, checkedManifest } from "./checked-manifest.ts";
import { recordedLog } from "./recorded-log.ts";
import { toolContext } from "./tool-context.ts";

export const ownAddress = "agents.prompt.muster.tests.me";

export interface OtherAgents extends AsyncDisposable {
  /** Calls a tool as the turn of `context` would. */
  call(tool: string, input: Record<string, unknown>, context: ToolContext): Promise<ToolOutput>;
  /** What a model is told of a tool. */
  description(tool: string): string;
  /** The names of all tools. */
  names(): readonly string[];
}

/** `tools`: as in a manifest, the content of a flow map. */
export function otherAgents(bus: BusConnection, tools: string): OtherAgents {
  const { manifest, problems } = checkedManifest(agentWithTools(tools));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const agents = busAgents(bus, recordedLog());
  const ports = { agent: "me", log: recordedLog(), stateDirectory: "/nonexistent", ownAddress, maxHops: 8, agents };
  const set = createToolSet(manifest?.agents.get("a")?.tools ?? [], ports);
  const named = (name: string) => {
    const tool = set.tools().find((one) => one.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}`);
    return tool;
  };
  return {
    call: (name, input, context) => named(name).run(input, context),
    description: (name) => named(name).description,
    names: () => set.tools().map(({ name }) => name),
    [Symbol.asyncDispose]: async () => {
      await set.close();
      agents.close();
    },
  };
}

/** A turn: what is closed at its end is closed by `end`. */
export function turn(id: string, changes: Partial<ToolContext> = {}) {
  const listeners: (() => Promise<void>)[] = [];
  const context = toolContext({
    turn: id,
    onEnd: (listener) => void listeners.push(listener),
    ...changes,
  });
  return {
    context,
    end: async () => {
      await Promise.all(listeners.map((listener) => listener()));
    },
  };
}
