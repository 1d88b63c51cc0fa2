// The keys of a tool of `type: ask`.

import * as z from "zod/mini";
import { duration, text } from "../fields.ts";
import { formatDuration } from "../units.ts";
import type { AskToolConfig } from "./config.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const defaultTimeoutMs = 120_000;

export const askToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("ask", "Lets the model ask its caller something."),
      timeout: z.optional(
        duration({ description: "How long an answer is waited for.", default: "2m" }, 1000, 24 * 3_600_000),
      ),
      default: z.optional(
        text({ description: "What the model reads when nobody answers in time.", defaultText: "that nobody answered" }),
      ),
    },
    { error: "a map with type, timeout and default" },
  ),
);

export function buildAskTool(name: string, keys: z.infer<typeof askToolSchema>): AskToolConfig {
  return {
    type: "ask",
    name,
    timeoutMs: keys.timeout ?? defaultTimeoutMs,
    ...(keys.default === undefined ? {} : { default: keys.default }),
  };
}

/** In the manifest's own words. */
export function askToolPlain({ type, timeoutMs, ...rest }: AskToolConfig): Record<string, unknown> {
  return { type, timeout: formatDuration(timeoutMs), default: rest.default };
}
