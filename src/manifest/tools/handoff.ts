// The keys of a tool of `type: handoff`.

import * as z from "zod/mini";
import { duration, text } from "../fields.ts";
import { formatDuration } from "../units.ts";
import type { HandoffToolConfig } from "./other-agents-config.ts";
import { addressKey, buildTarget, matchKey, targetPlain } from "./agent-target.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const hourMs = 3_600_000;

export const handoffToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("handoff", "Has another agent give the answer."),
      to: addressKey("Which agent: NAME, OWNER/NAME, AGENT/OWNER/NAME or its prompt subject."),
      match: matchKey(),
      description: z.optional(
        text({
          description: "When the model hands over, and what for.",
          defaultText: "what the agent says of itself",
        }),
      ),
      question_timeout: z.optional(
        duration(
          { description: "How long our caller's answer to its questions is waited for.", default: "2m" },
          1000,
          24 * hourMs,
        ),
      ),
      timeout: z.optional(duration({ description: "Longest time for its answer.", default: "10m" }, 1000, 24 * hourMs)),
    },
    { error: "a map with type, to or match, description, question_timeout and timeout" },
  ),
);

export function buildHandoffTool(name: string, keys: z.infer<typeof handoffToolSchema>): HandoffToolConfig {
  return {
    type: "handoff",
    name,
    target: buildTarget(keys.to, keys.match),
    ...(keys.description === undefined ? {} : { description: keys.description }),
    questionTimeoutMs: keys.question_timeout ?? 120_000,
    timeoutMs: keys.timeout ?? 600_000,
  };
}

/** In the manifest's own words. */
export function handoffToolPlain(config: HandoffToolConfig): Record<string, unknown> {
  return {
    type: config.type,
    ...targetPlain(config.target, "to"),
    description: config.description,
    question_timeout: formatDuration(config.questionTimeoutMs),
    timeout: formatDuration(config.timeoutMs),
  };
}
