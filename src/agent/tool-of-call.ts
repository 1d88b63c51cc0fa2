// Which tool a model means.

import type { Tool } from "../tool/contract.ts";
import { ToolError } from "../tool/contract.ts";

const maxShownLength = 64;

/**
 * `listed`: those that a model is told of; by default all.
 * By its name, or by one that differs in nothing but case, separators and a prefix such as `functions.`.
 * @throws {ToolError} `invalid`, naming the tools that there are
 */
export function toolOfCall(name: string, tools: readonly Tool[], listed = tools): Tool {
  const exact = tools.find((tool) => tool.name === name);
  if (exact !== undefined) return exact;
  const near = tools.filter((tool) => bare(tool.name) === bare(name));
  const [only] = near;
  if (near.length === 1 && only !== undefined) return only;
  const names = listed.map((tool) => tool.name).join(", ");
  throw new ToolError("invalid", `There is no tool "${name.slice(0, maxShownLength)}". There are: ${names}`);
}

function bare(name: string): string {
  return name
    .replace(/^.*[.:/]/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}
