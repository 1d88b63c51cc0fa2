// A logger for tests: prints nothing, keeps what it was given.

import type { LogFields, Logger } from "../../src/telemetry/log.ts";

export interface KeptLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: LogFields;
}

export interface SilentLog extends Logger {
  readonly lines: KeptLine[];
}

export function silentLog(lines: KeptLine[] = [], base: LogFields = {}): SilentLog {
  const keep =
    (level: KeptLine["level"]) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields: { ...base, ...fields } });
    };
  return {
    lines,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    with: (fields) => silentLog(lines, { ...base, ...fields }),
  };
}
