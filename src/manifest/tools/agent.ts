// The keys of a tool of `type: agent`.

import * as z from "zod/mini";
import { choice, duration, size, text } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";
import { type AgentToolConfig, questionReceivers } from "./other-agents-config.ts";
import { addressKey, buildTarget, matchKey, targetPlain } from "./agent-target.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const hourMs = 3_600_000;

export const agentToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("agent", "Prompts one other agent."),
      address: addressKey("Which agent: NAME, OWNER/NAME, AGENT/OWNER/NAME or its prompt subject."),
      match: matchKey(),
      description: z.optional(
        text({ description: "What the model is told of it.", defaultText: "what it says of itself" }),
      ),
      questions: z.optional(
        choice(
          { description: "Who answers what it asks: our caller, the model, or nobody.", default: "caller" },
          questionReceivers,
        ),
      ),
      question_timeout: z.optional(
        duration({ description: "How long our caller's answer is waited for.", default: "2m" }, 1000, 24 * hourMs),
      ),
      timeout: z.optional(duration({ description: "Longest time for one prompt.", default: "10m" }, 1000, 24 * hourMs)),
      max_output: z.optional(
        size(
          { description: "Largest answer; of a longer one the model reads the beginning.", default: "32KB" },
          256,
          1024 ** 2,
        ),
      ),
      max_files: z.optional(
        size({ description: "Bytes of files that are kept of one prompt.", default: "16MB" }, 1024, 1024 ** 3),
      ),
    },
    {
      error:
        "a map with type, address or match, description, questions, question_timeout, timeout, max_output and max_files",
    },
  ),
);

export function buildAgentTool(name: string, keys: z.infer<typeof agentToolSchema>): AgentToolConfig {
  return {
    type: "agent",
    name,
    target: buildTarget(keys.address, keys.match),
    ...(keys.description === undefined ? {} : { description: keys.description }),
    questions: keys.questions ?? "caller",
    questionTimeoutMs: keys.question_timeout ?? 120_000,
    timeoutMs: keys.timeout ?? 600_000,
    maxOutputBytes: keys.max_output ?? 32 * 1024,
    maxFilesBytes: keys.max_files ?? 16 * 1024 ** 2,
  };
}

/** In the manifest's own words. */
export function agentToolPlain(config: AgentToolConfig): Record<string, unknown> {
  return {
    type: config.type,
    ...targetPlain(config.target, "address"),
    description: config.description,
    questions: config.questions,
    question_timeout: formatDuration(config.questionTimeoutMs),
    timeout: formatDuration(config.timeoutMs),
    max_output: formatSize(config.maxOutputBytes),
    max_files: formatSize(config.maxFilesBytes),
  };
}
