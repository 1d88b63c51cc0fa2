// The check of one tool, as its type wants it; undefined for those that need nothing of the machine.

import type { ToolConfig } from "../../manifest/tools/config.ts";
import { originProblem } from "../../tool/http/look-at-origin.ts";
import { lookAtServer } from "../../tool/mcp/look-at-server.ts";
import { shownUrl } from "../../tool/mcp/presence.ts";
import type { BusView } from "./bus-view.ts";
import type { Check } from "./check.ts";
import { checkFilesTool } from "./check-files-tool.ts";
import { checkHttpTool } from "./check-http-tool.ts";
import { checkMcp } from "./check-mcp.ts";
import { checkProgramTool } from "./check-program-tool.ts";
import { subjectFindings } from "./check-subjects.ts";
import { targetFinding } from "./check-target.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Finding } from "./finding.ts";
import { mcpSkipReason } from "./mcp-skip-reason.ts";
import type { RuntimeUser } from "./runtime-user.ts";

export interface ToolSurroundings {
  readonly circumstances: Circumstances;
  readonly who: RuntimeUser;
  /** Made once for all. Never rejects. */
  readonly view: () => Promise<BusView>;
}

const viewMs = 30_000;

export function toolCheck(
  agent: string,
  tool: ToolConfig,
  { circumstances, who, view }: ToolSurroundings,
): Check | undefined {
  const name = `tool ${agent}/${tool.name}`;
  const { isOffline } = circumstances;
  switch (tool.type) {
    case "shell":
    case "command":
      return checkProgramTool(name, tool, who);
    case "files":
      return checkFilesTool(name, tool, who);
    case "http":
      return checkHttpTool(name, tool, {
        isOffline,
        look: (origin, signal) => originProblem(origin, tool.private, signal),
      });
    case "publish":
    case "request": {
      const need = { verb: tool.type, subjects: [...tool.allow, ...tool.ask] };
      return ofView(name, async () => subjectFindings(need, await view()));
    }
    case "agent":
    case "handoff":
      return ofView(name, async () => [targetFinding(tool.target, await view())]);
    case "mcp":
      return checkMcp({
        agent,
        name: tool.name,
        place: tool.server.type === "stdio" ? `"${tool.server.command.join(" ")}"` : shownUrl(tool.server.url),
        limitMs: tool.startTimeoutMs,
        skip: mcpSkipReason(tool, circumstances),
        look: (signal) => lookAtServer(tool, circumstances.log, signal),
      });
    case "agents":
    case "ask":
    case "notes":
    case "time":
      return undefined;
  }
}

function ofView(name: string, examine: () => Promise<readonly Finding[]>): Check {
  return { name, deadlineMs: viewMs, examine };
}
