// `type: time`: what time it is. Models don't know, and make it up when they are asked.

import * as z from "zod/mini";
import type { TimeToolConfig } from "../manifest/tools/config.ts";
import type { Tool, ToolOutput } from "./contract.ts";
import { ToolError } from "./contract.ts";
import { parametersOf, readInput } from "./parameters.ts";

const input = z.strictObject({
  timezone: z.optional(z.string().register(z.globalRegistry, { description: "IANA name, such as Europe/Berlin" })),
});

/** `now`: in ms since 1970. */
export function timeTool(config: TimeToolConfig, now: () => number = Date.now): Tool {
  return {
    name: config.name,
    description: "Tells the current date, time, weekday and time zone. Use it whenever an answer depends on the time.",
    parameters: parametersOf(input),
    isReadOnly: true,
    run: (given) => Promise.resolve(answer(readInput(input, given).timezone ?? config.timezone, now())),
  };
}

function answer(timezone: string | undefined, now: number): ToolOutput {
  const date = new Date(now);
  const zone = timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const text = { ...partsIn(zone, date), timezone: zone, utc: date.toISOString() };
  return { text: JSON.stringify(text) };
}

function partsIn(timeZone: string, date: Date): { local: string; weekday: string } {
  try {
    const local = date.toLocaleString("sv-SE", { timeZone });
    return { local, weekday: date.toLocaleDateString("en-GB", { timeZone, weekday: "long" }) };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ToolError("invalid", `There is no time zone "${timeZone}". Give an IANA name such as "Europe/Berlin"`);
  }
}
