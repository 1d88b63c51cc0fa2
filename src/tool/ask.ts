// `type: ask`: the model asks its caller (§7) when it cannot know something by itself.

import * as z from "zod/mini";
import type { AskToolConfig } from "../manifest/tools/config.ts";
import type { Tool, ToolContext, ToolOutput } from "./contract.ts";
import { ToolError } from "./contract.ts";
import { parametersOf, readInput } from "./parameters.ts";

const input = z.strictObject({
  question: z
    .string()
    .check(z.minLength(1))
    .register(z.globalRegistry, { description: "The question, complete in itself" }),
});

export function askTool(config: AskToolConfig): Tool {
  return {
    name: config.name,
    description:
      "Asks the person you work for a question and returns the answer. Use it only for what you cannot find out.",
    parameters: parametersOf(input),
    isReadOnly: true,
    run: (given, context) => ask(config, readInput(input, given).question, context),
  };
}

async function ask(config: AskToolConfig, prompt: string, context: ToolContext): Promise<ToolOutput> {
  try {
    const { text } = await context.ask({ prompt, timeoutMs: config.timeoutMs });
    return { text };
  } catch (error) {
    if (config.default === undefined || !(error instanceof ToolError)) throw error;
    return { text: config.default };
  }
}
