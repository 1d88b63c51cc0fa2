// The tool by which a model searches its agent's documents.

import * as z from "zod/mini";
import { mostPassages, searchToolName } from "../manifest/knowledge/config.ts";
import type { JsonSchema, Tool, ToolOutput } from "../tool/contract.ts";
import { described } from "../tool/described.ts";
import { parametersOf, readInput } from "../tool/parameters.ts";
import { passageRules, passageText } from "../tool/recall/passage-text.ts";
import type { Recalled } from "../tool/recall/recall.ts";

const input = z.strictObject({
  query: described(
    z.string().check(z.minLength(1), z.regex(/\S/, { error: "a text that is not empty" })),
    "What to look for: a question, or the words that matter",
  ),
  top: z.optional(
    described(
      z.int().check(z.gte(1), z.lte(mostPassages)),
      `How many passages, up to ${mostPassages}; leave it out for the usual number`,
    ),
  ),
});

/** The same for every agent. */
let parameters: JsonSchema | undefined;

/** `search` rejects with a `ToolError`, or the signal's reason. */
export function searchTool(
  usual: number,
  search: (query: string, count: number, signal: AbortSignal) => Promise<Recalled>,
): Tool {
  return {
    name: searchToolName,
    description:
      "Searches the documents that this agent knows, by meaning and by words, and gives the passages that fit best with their sources. " +
      "Use it for questions that the documents may answer, before you say that you do not know.",
    parameters: (parameters ??= parametersOf(input)),
    isReadOnly: true,
    async run(given, { signal }): Promise<ToolOutput> {
      const { query, top } = readInput(input, given);
      return { text: resultText(await search(query, top ?? usual, signal)) };
    },
  };
}

function resultText({ passages, note }: Recalled): string {
  const parts = passages.length === 0 ? ["[No passage was found]"] : [passageRules, ...passages.map(passageText)];
  return [...parts, ...(note === undefined ? [] : [`[${note}]`])].join("\n\n");
}
