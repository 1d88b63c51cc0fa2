// Tools of one source, called by name as a turn calls them.

import type { ToolContext, ToolInput, ToolSource } from "../../src/tool/contract.ts";
import { ToolError } from "../../src/tool/contract.ts";
import { rejectionError } from "./rejection.ts";
import { toolContext } from "./tool-context.ts";

export interface CalledTools {
  readonly names: readonly string[];
  /** What the model reads. */
  text(name: string, input?: ToolInput, context?: Partial<ToolContext>): Promise<string>;
  /** The `ToolError` that the call rejects with; throws when it does not. */
  failure(
    name: string,
    input?: ToolInput,
    context?: Partial<ToolContext>,
  ): Promise<{ readonly kind: string; readonly text: string }>;
}

export function calledTools(source: ToolSource): CalledTools {
  const run = async (name: string, input: ToolInput, context: Partial<ToolContext>) => {
    const tool = source.tools().find((one) => one.name === name);
    if (tool === undefined) throw new Error(`There is no tool "${name}"`);
    return (await tool.run(input, toolContext(context))).text;
  };
  return {
    names: source.tools().map(({ name }) => name),
    text: (name, input = {}, context = {}) => run(name, input, context),
    async failure(name, input = {}, context = {}) {
      const error = await rejectionError(run(name, input, context));
      if (!(error instanceof ToolError)) throw error;
      return { kind: error.kind, text: error.message };
    },
  };
}
