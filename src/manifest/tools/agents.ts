// The keys of a tool of `type: agents`.

import * as z from "zod/mini";
import { choice, count, duration, fields, folder, size } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";
import { type AgentsToolConfig, agentToolNames } from "./other-agents-config.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const hourMs = 3_600_000;
const defaults = { timeoutMs: 600_000, maxCalls: 256, maxFilesBytes: 64 * 1024 ** 2 };
const toolsProblem =
  "a list of one or more, each once; those beside discover_agents need prompt_agent, and that needs answer_agent";

/** Without `prompt_agent` there is no call to work on; without `answer_agent` a question would wait in vain. */
function isSensible(tools: readonly string[]): boolean {
  const needsPrompt = tools.some((tool) => tool !== "discover_agents" && tool !== "prompt_agent");
  if (needsPrompt && !tools.includes("prompt_agent")) return false;
  if (tools.includes("prompt_agent") && !tools.includes("answer_agent")) return false;
  return tools.length > 0 && new Set(tools).size === tools.length;
}

export const agentsToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("agents", "The six tools to find other agents and to work with them."),
      tools: z.optional(
        z
          .array(choice({ description: "One of the six." }, agentToolNames), { error: toolsProblem })
          .check(z.refine(isSensible, { error: toolsProblem }))
          .register(fields, {
            description: "Which of them; without `wait_agent` each call is waited for.",
            defaultText: "all six",
          }),
      ),
      timeout: z.optional(
        duration(
          { description: "Longest time for one call; then it is `expired`.", default: "10m" },
          1000,
          24 * hourMs,
        ),
      ),
      max_wait: z.optional(
        duration(
          { description: "Longest time that `wait_agent` waits at once.", defaultText: "that of `timeout`" },
          0,
          24 * hourMs,
        ),
      ),
      max_calls: z.optional(count({ description: "Calls that one turn may track.", default: 256 }, 1, 1024)),
      max_files: z.optional(
        size({ description: "Bytes of files that are kept of one call.", default: "64MB" }, 1024, 1024 ** 3),
      ),
      roots: z.optional(
        z.array(folder({ description: "A folder." }), { error: "a list of folders" }).register(fields, {
          description: "Folders that the model may send files from.",
          defaultText: "only files that agents sent it in the same turn",
        }),
      ),
    },
    { error: "a map with type, tools, timeout, max_wait, max_calls, max_files and roots" },
  ),
);

export function buildAgentsTool(name: string, keys: z.infer<typeof agentsToolSchema>): AgentsToolConfig {
  const timeoutMs = keys.timeout ?? defaults.timeoutMs;
  const wanted = new Set<string>(keys.tools ?? agentToolNames);
  return {
    type: "agents",
    name,
    tools: agentToolNames.filter((tool) => wanted.has(tool)),
    timeoutMs,
    maxWaitMs: keys.max_wait ?? timeoutMs,
    maxCalls: keys.max_calls ?? defaults.maxCalls,
    maxFilesBytes: keys.max_files ?? defaults.maxFilesBytes,
    roots: keys.roots ?? [],
  };
}

/** In the manifest's own words. */
export function agentsToolPlain(config: AgentsToolConfig): Record<string, unknown> {
  return {
    type: config.type,
    tools: config.tools,
    timeout: formatDuration(config.timeoutMs),
    max_wait: formatDuration(config.maxWaitMs),
    max_calls: config.maxCalls,
    max_files: formatSize(config.maxFilesBytes),
    roots: config.roots,
  };
}
