// Entries of `tools` that passed every check → what they say, with defaults filled in; and back into the manifest's own words.

import { agentToolPlain, buildAgentTool } from "./agent.ts";
import { agentsToolPlain, buildAgentsTool } from "./agents.ts";
import { askToolPlain, buildAskTool } from "./ask.ts";
import { buildCommandTool, commandToolPlain } from "./command.ts";
import type { ToolConfig } from "./config.ts";
import { buildFilesTool, filesToolPlain } from "./files.ts";
import { buildHandoffTool, handoffToolPlain } from "./handoff.ts";
import { buildHttpTool, httpToolPlain } from "./http.ts";
import { buildNotesTool, notesToolPlain } from "./notes.ts";
import { buildPublishTool, publishToolPlain } from "./publish.ts";
import { buildRequestTool, requestToolPlain } from "./request.ts";
import { buildMcpTool, mcpToolPlain } from "./mcp.ts";
import type { ToolKeys } from "./schema.ts";
import { buildShellTool, shellToolPlain } from "./shell.ts";
import { buildTimeTool, timeToolPlain } from "./time.ts";

/** In the order of the manifest. */
export function buildTools(tools: Readonly<Record<string, ToolKeys>>): readonly ToolConfig[] {
  return Object.entries(tools).map(([name, keys]) => buildTool(name, keys));
}

function buildTool(name: string, keys: ToolKeys): ToolConfig {
  switch (keys.type) {
    case "agent":
      return buildAgentTool(name, keys);
    case "agents":
      return buildAgentsTool(name, keys);
    case "ask":
      return buildAskTool(name, keys);
    case "command":
      return buildCommandTool(name, keys);
    case "files":
      return buildFilesTool(name, keys);
    case "handoff":
      return buildHandoffTool(name, keys);
    case "http":
      return buildHttpTool(name, keys);
    case "notes":
      return buildNotesTool(name, keys);
    case "publish":
      return buildPublishTool(name, keys);
    case "request":
      return buildRequestTool(name, keys);
    case "shell":
      return buildShellTool(name, keys);
    case "mcp":
      return buildMcpTool(name, keys);
    case "time":
      return buildTimeTool(name, keys);
  }
}

/** By name, with defaults and with secrets masked. */
export function toolsPlain(tools: readonly ToolConfig[]): Record<string, Record<string, unknown>> {
  return Object.fromEntries(tools.map((tool) => [tool.name, toolPlain(tool)]));
}

function toolPlain(tool: ToolConfig): Record<string, unknown> {
  switch (tool.type) {
    case "agent":
      return agentToolPlain(tool);
    case "agents":
      return agentsToolPlain(tool);
    case "ask":
      return askToolPlain(tool);
    case "command":
      return commandToolPlain(tool);
    case "files":
      return filesToolPlain(tool);
    case "handoff":
      return handoffToolPlain(tool);
    case "http":
      return httpToolPlain(tool);
    case "notes":
      return notesToolPlain(tool);
    case "publish":
      return publishToolPlain(tool);
    case "request":
      return requestToolPlain(tool);
    case "shell":
      return shellToolPlain(tool);
    case "mcp":
      return mcpToolPlain(tool);
    case "time":
      return timeToolPlain(tool);
  }
}
