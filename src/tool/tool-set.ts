// All tools of one agent: its entries of `tools`, put together and taken apart.

import { commandTool } from "./command/command.ts";
import type { ToolConfig } from "../manifest/tools/config.ts";
import type { SkillsConfig } from "../manifest/skills/config.ts";
import type { Logger } from "../telemetry/log.ts";
import { silentLog } from "../telemetry/silent-log.ts";
import { agentSource } from "./agents/agent-tool.ts";
import { agentsSource } from "./agents/agents-source.ts";
import { handoffSource } from "./agents/handoff-tool.ts";
import type { AgentsPort } from "./agents/port.ts";
import { askTool } from "./ask.ts";
import type { Tool, ToolHealth, ToolSource } from "./contract.ts";
import { fixedSource } from "./fixed-source.ts";
import { filesSource } from "./files/files-source.ts";
import { httpTool } from "./http/http.ts";
import { notesSource } from "./notes/notes-source.ts";
import { shellTool } from "./shell/shell.ts";
import { publishTool } from "./subjects/publish.ts";
import { requestTool } from "./subjects/request.ts";
import { noBus, type ToolBus } from "./subjects/tool-bus.ts";
import { foldersOf, needingFolders } from "./needed-folders.ts";
import { mcpSource } from "./mcp/mcp-source.ts";
import { skillsSource } from "./skills/skills-source.ts";
import { timeTool } from "./time.ts";

/** What tools stand on. */
export interface ToolPorts {
  /** Name of the agent that they are of. */
  readonly agent: string;
  /** Names the agent. */
  readonly log: Logger;
  /** Absolute path of the runtime's state directory. */
  readonly stateDirectory: string;
  /** Prompt subject of the agent. */
  readonly ownAddress: string;
  /** Agents that a prompt may come through. */
  readonly maxHops: number;
  /** The other agents on the bus. */
  readonly agents: AgentsPort;
  /** Absent: there is none. */
  readonly bus?: ToolBus;
}

/** The tools of one agent. */
export interface ToolSet {
  /** Has what is started on first use started, at the beginning of a turn. Ends soon after `signal`. Never rejects: `health()` tells what failed. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Those that can be called now, in the order of the manifest; of two with one name the first, and no server's before one of ours. */
  tools(): readonly Tool[];
  /** `degraded` as soon as one entry is, with the reasons of all that are. */
  health(): ToolHealth;
  onHealthChange(listener: () => void): () => void;
  /** Gives back what they hold. No call is running. Never rejects. */
  close(): Promise<void>;
}

/** Opens nothing that could fail: what cannot be reached makes its entry degraded. */
export function createToolSet(
  configs: readonly ToolConfig[],
  ports: ToolPorts,
  others: { readonly skills?: SkillsConfig; readonly knowledge?: ToolSource } = {},
): ToolSet {
  const { skills, knowledge } = others;
  // Before those of the manifest: no server's tool of that name stands in their place.
  return toolSet(
    [
      ...(skills === undefined ? [] : [skillsSource(skills, ports.stateDirectory)]),
      ...(knowledge === undefined ? [] : [knowledge]),
      ...configs.map((config) => needingFolders(createSource(config, ports), foldersOf(config))),
    ],
    ports.log,
  );
}

/** Names that are left out and told of. */
const maxSaid = 100;

/** `log` hears of each tool that another's name leaves out, once. */
export function toolSet(sources: readonly ToolSource[], log: Pick<Logger, "warn"> = silentLog): ToolSet {
  const said = new Set<string>();
  const say = (entry: string, tool: string): void => {
    const clash = `${entry} ${tool}`;
    if (said.has(clash) || said.size >= maxSaid) return;
    said.add(clash);
    log.warn("A tool is left out: another has its name", { entry, tool });
  };
  return {
    prepare: async (signal) => {
      await Promise.all(sources.map(async (source) => source.prepare?.(signal)));
    },
    tools: () => uniqueByName(sources, say),
    health: () => healthOf(sources),
    onHealthChange: (listener) => {
      const ends = sources.map((source) => source.onHealthChange(listener));
      return () => ends.forEach((end) => end());
    },
    close: async () => {
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

function createSource(config: ToolConfig, ports: ToolPorts): ToolSource {
  ports.log.debug("Tool", { tool: config.name, type: config.type });
  switch (config.type) {
    case "agent":
      return agentSource({ ...ports, config });
    case "agents":
      return agentsSource({ ...ports, config });
    case "ask":
      return fixedSource(config.name, [askTool(config)]);
    case "command":
      return fixedSource(config.name, [commandTool(config)]);
    case "files":
      return filesSource(config, ports.stateDirectory);
    case "handoff":
      return handoffSource({ ...ports, config });
    case "http":
      return fixedSource(config.name, [httpTool(config)]);
    case "publish":
      return fixedSource(config.name, [publishTool(config, ports.bus ?? noBus)]);
    case "request":
      return fixedSource(config.name, [requestTool(config, ports.bus ?? noBus)]);
    case "notes":
      return notesSource(config, ports.agent, ports.stateDirectory);
    case "shell":
      return fixedSource(config.name, [shellTool(config)]);
    case "mcp":
      return mcpSource(config, ports);
    case "time":
      return fixedSource(config.name, [timeTool(config)]);
  }
}

/** In the order of the entries. A name is the first one's that has it, of ours before anybody else's. */
function uniqueByName(
  sources: readonly ToolSource[],
  onLeftOut: (entry: string, tool: string) => void,
): readonly Tool[] {
  const offered = sources.map((source) => ({ source, tools: source.tools() }));
  const owners = new Map<string, Tool>();
  const ranked = [false, true].flatMap((isForeign) =>
    offered.filter(({ source }) => (source.isForeign ?? false) === isForeign),
  );
  for (const { source, tools } of ranked) {
    for (const tool of tools) {
      if (owners.has(tool.name)) onLeftOut(source.name, tool.name);
      else owners.set(tool.name, tool);
    }
  }
  return offered.flatMap(({ tools }) => tools.filter((tool) => owners.get(tool.name) === tool));
}

function healthOf(sources: readonly ToolSource[]): ToolHealth {
  const reasons = sources.flatMap((source) => {
    const health = source.health();
    return health.state === "degraded" ? [`tool "${source.name}": ${health.reason}`] : [];
  });
  return reasons.length === 0 ? { state: "ready" } : { state: "degraded", reason: reasons.join("; ") };
}
