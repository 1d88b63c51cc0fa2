// The keys of a tool of `type: publish`.

import * as z from "zod/mini";
import { formatSize } from "../units.ts";
import type { PublishToolConfig } from "./config.ts";
import { maxPayload, maxPayloadDefault, subjects } from "./subjects.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

export const publishToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("publish", "Lets the model publish messages on NATS subjects (docs/tools/publish.md)."),
      allow: subjects("Subjects that it may publish to; `*` is one token, `>` the rest."),
      ask: subjects("Subjects that it may publish to once that is approved (docs/approvals.md)."),
      max_payload: maxPayload(),
    },
    { error: "a map with type, allow, ask and max_payload" },
  ),
);

export function buildPublishTool(name: string, keys: z.infer<typeof publishToolSchema>): PublishToolConfig {
  const { allow = [], ask = [], max_payload: maxPayloadBytes = maxPayloadDefault } = keys;
  return { type: "publish", name, allow, ask, maxPayloadBytes };
}

/** In the manifest's own words. */
export function publishToolPlain({ type, allow, ask, maxPayloadBytes }: PublishToolConfig): Record<string, unknown> {
  return { type, allow, ask, max_payload: formatSize(maxPayloadBytes) };
}
