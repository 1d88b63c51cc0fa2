// An entry of `type: mcp` under test: made of its manifest keys, closed when the test ends it.

import { join } from "node:path";
import { root } from "../../build/paths.ts";
import type { McpToolConfig } from "../../src/manifest/tools/config.ts";
import { mcpSource } from "../../src/tool/mcp/mcp-source.ts";
import type { Tool, ToolContext, ToolInput, ToolSource } from "../../src/tool/contract.ts";
import { agentWithTools, checkedManifest } from "./checked-manifest.ts";
import { type RecordedLog, recordedLog } from "./recorded-log.ts";
import { toolContext } from "./tool-context.ts";

export interface TestedMcp {
  readonly source: ToolSource;
  readonly log: RecordedLog;
  prepare(): Promise<void>;
  tool(name: string): Tool;
  /** Rejects as the tool does. */
  call(name: string, input?: ToolInput, context?: Partial<ToolContext>): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `keys`: of the entry, as YAML in flow style. Its name is `srv`. */
export function testedMcp(keys: string, ports: { readonly lookEveryMs?: number } = {}): TestedMcp {
  const log = recordedLog();
  const source = mcpSource(mcpConfig(keys), { log, firstPauseMs: 50, ...ports });
  const find = (name: string): Tool => {
    const found = source.tools().find((tool) => tool.name === name);
    if (found === undefined)
      throw new Error(
        `There is no tool "${name}" among ${source
          .tools()
          .map((tool) => tool.name)
          .join(", ")}`,
      );
    return found;
  };
  return {
    source,
    log,
    prepare: async () => source.prepare?.(new AbortController().signal),
    tool: find,
    call: async (name, input = {}, context = {}) => (await find(name).run(input, toolContext(context))).text,
    [Symbol.asyncDispose]: () => source.close(),
  };
}

export function mcpConfig(keys: string): McpToolConfig {
  const { manifest, problems } = checkedManifest(agentWithTools(`srv: { type: mcp, ${keys} }`));
  const [tool] = manifest?.agents.get("a")?.tools ?? [];
  if (tool?.type !== "mcp") throw new Error(problems.join("\n"));
  return tool;
}

/** Keys of an entry whose server misbehaves in a way that the fixture knows. */
export function hostile(way: string, more = ""): string {
  const command = [process.execPath, join(root, "test", "fixtures", "hostile-mcp-server.mjs"), way];
  return `command: ${JSON.stringify(command)}, ${more}`;
}
