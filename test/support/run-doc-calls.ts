// Runs the calls of a page about a tool with the tools of its first manifest, and holds what comes against what the page shows.

import { expect } from "bun:test";
import type { Surroundings } from "../../src/manifest/surroundings.ts";
import { ToolError, type ToolContext } from "../../src/tool/contract.ts";
import { createToolSet } from "../../src/tool/tool-set.ts";
import { checkedManifest } from "./checked-manifest.ts";
import { docPage } from "./doc-calls.ts";
import { noAgents } from "./no-agents.ts";
import { recordedLog } from "./recorded-log.ts";
import { toolContext } from "./tool-context.ts";

export interface DocWorld {
  readonly stateDirectory: string;
  /** From the page's text to one that works in the test, such as with another folder. */
  readonly placed?: (text: string) => string;
  readonly surroundings?: Partial<Surroundings>;
  readonly context?: Partial<ToolContext>;
}

/** Each manifest of the page checks clean. Returns how many calls were run. */
export async function runDocCalls(page: string, world: DocWorld): Promise<number> {
  const { manifests, calls } = docPage(page, world.placed ?? ((text) => text));
  const checked = manifests.map((text) => checkedManifest(text, world.surroundings));
  for (const { problems, warnings } of checked) expect([...problems, ...warnings]).toEqual([]);
  const agent = [...(checked[0]?.manifest?.agents.values() ?? [])][0];
  const ports = {
    agent: agent?.name ?? "",
    log: recordedLog(),
    stateDirectory: world.stateDirectory,
    ownAddress: "agents.prompt.muster.tests.helper",
    maxHops: 8,
    agents: noAgents,
  };
  const tools = createToolSet(agent?.tools ?? [], ports);
  for (const { name, input, shown } of calls) {
    const tool = tools.tools().find((one) => one.name === name);
    if (tool === undefined) throw new Error(`The page has no tool "${name}"`);
    const text = await tool.run(input, toolContext(world.context)).then(
      (output) => output.text,
      (error: unknown) => (error instanceof ToolError ? `${error.kind}: ${error.message}` : String(error)),
    );
    expect(text).toBe(shown);
  }
  await tools.close();
  return calls.length;
}
