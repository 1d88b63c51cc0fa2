// The root logger: which lines are written, in which form, and where to.

import type { LogFormat } from "./log-line.ts";
import { formatHumanLine, formatJsonLine } from "./log-line.ts";
import type { LogFields, LogLevel, Logger } from "./log.ts";

export interface LogOptions {
  /** The least important level that is written. */
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly hasColour: boolean;
  /** Takes one line with its line end. Must not throw. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(options: LogOptions): Logger {
  const { level: leastLevel, now = () => new Date() } = options;
  const log = (level: LogLevel, message: string, fields: LogFields) => {
    if (ranks[level] < ranks[leastLevel]) return;
    const entry = { time: now(), level, message, fields };
    options.write(options.format === "json" ? formatJsonLine(entry) : formatHumanLine(entry, options));
  };
  return withFields(log, {});
}

function withFields(log: (level: LogLevel, message: string, fields: LogFields) => void, base: LogFields): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    log(level, message, fields === undefined ? base : { ...base, ...fields });
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => withFields(log, { ...base, ...fields }),
  };
}
