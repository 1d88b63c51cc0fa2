// The keys of a tool of `type: time`.

import * as z from "zod/mini";
import { fields } from "../fields.ts";
import type { TimeToolConfig } from "./config.ts";
import { toolType } from "./tool-type.ts";
import { later } from "../later.ts";

const zone = "the IANA name of a time zone, such as Europe/Berlin";

function isZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // A RangeError: no such zone.
  }
}

export const timeToolSchema = later(() =>
  z.strictObject(
    {
      type: toolType("time", "Tells the date and the time."),
      timezone: z.optional(
        z
          .string({ error: zone })
          .check(z.refine(isZone, { error: zone }))
          .register(fields, { description: "Time zone of its answers.", defaultText: "the machine's" }),
      ),
    },
    { error: "a map with type and timezone" },
  ),
);

export function buildTimeTool(name: string, { timezone }: z.infer<typeof timeToolSchema>): TimeToolConfig {
  return { type: "time", name, ...(timezone === undefined ? {} : { timezone }) };
}

/** In the manifest's own words. */
export function timeToolPlain({ type, timezone }: TimeToolConfig): Record<string, unknown> {
  return { type, timezone };
}
