// A JSON log line as people read it.

import { logLevels } from "../telemetry/create-log.ts";
import { formatHumanLine } from "../telemetry/log-line.ts";
import type { Terminal } from "./terminal.ts";

/** With its line end. A line that is none of the runtime's form is shown as it is. */
export function logText(json: string, terminal: Pick<Terminal, "hasColour" | "safe">): string {
  const fields = parse(json);
  const { time, level, message, ...rest } = fields ?? {};
  const known = logLevels.find((one) => one === level);
  if (
    typeof time !== "string" ||
    Number.isNaN(Date.parse(time)) ||
    known === undefined ||
    typeof message !== "string"
  ) {
    return `${terminal.safe(json)}\n`;
  }
  return formatHumanLine({ time: new Date(time), level: known, message, fields: rest }, terminal);
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined; // The caller shows it as it is.
  }
}
