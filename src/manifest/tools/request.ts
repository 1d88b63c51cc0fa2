// The keys of a tool of `type: request`.

import * as z from "zod/mini";
import { duration } from "../fields.ts";
import { formatDuration, formatSize } from "../units.ts";
import type { RequestToolConfig } from "./config.ts";
import { maxOutput, maxOutputDefault } from "./shared-keys.ts";
import { maxPayload, maxPayloadDefault, subjects } from "./subjects.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const timeoutDefaultMs = 10_000;

export const requestToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType(
        "request",
        "Lets the model send requests to NATS subjects and read the replies (docs/tools/request.md).",
      ),
      allow: subjects("Subjects that it may ask; `*` is one token, `>` the rest."),
      ask: subjects("Subjects that it may ask once that is approved (docs/approvals.md)."),
      timeout: z.optional(
        duration(
          { description: "How long a reply is waited for.", default: formatDuration(timeoutDefaultMs) },
          100,
          3_600_000,
        ),
      ),
      max_payload: maxPayload(),
      max_output: maxOutput(),
    },
    { error: "a map with type, allow, ask, timeout, max_payload and max_output" },
  ),
);

export function buildRequestTool(name: string, keys: z.infer<typeof requestToolSchema>): RequestToolConfig {
  const { allow = [], ask = [], max_payload: maxPayloadBytes = maxPayloadDefault } = keys;
  const { timeout: timeoutMs = timeoutDefaultMs, max_output: maxOutputBytes = maxOutputDefault } = keys;
  return { type: "request", name, allow, ask, timeoutMs, maxPayloadBytes, maxOutputBytes };
}

/** In the manifest's own words. */
export function requestToolPlain(config: RequestToolConfig): Record<string, unknown> {
  const { type, allow, ask, timeoutMs, maxPayloadBytes, maxOutputBytes } = config;
  return {
    type,
    allow,
    ask,
    timeout: formatDuration(timeoutMs),
    max_payload: formatSize(maxPayloadBytes),
    max_output: formatSize(maxOutputBytes),
  };
}
