// A logger that keeps its lines, for tests that look at them.

import { createLog } from "../../src/telemetry/create-log.ts";
import type { Logger } from "../../src/telemetry/log.ts";

export interface RecordedLog extends Logger {
  /** Each line as it would be written, parsed. */
  readonly lines: Record<string, unknown>[];
  /** Messages of all lines, in order. */
  messages(): string[];
}

export function recordedLog(): RecordedLog {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: "debug",
    format: "json",
    hasColour: false,
    write: (line) => lines.push(parseObject(line)),
  });
  return Object.assign(log, { lines, messages: () => lines.map((line) => String(line["message"])) });
}

function parseObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  return typeof value === "object" && value !== null ? { ...value } : {};
}
