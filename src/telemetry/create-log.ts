// The root logger: which lines are written, in which form, and where to.

import type { LogEntry, LogFormat } from "./log-line.ts";
import { formatHumanLine, formatJsonLine } from "./log-line.ts";
import type { LogFields, LogLevel, Logger } from "./log.ts";

export interface LogOptions {
  /** The least important level that is written; a switch may change while it logs. */
  readonly level: LogLevel | LevelSwitch;
  readonly format: LogFormat;
  readonly hasColour: boolean;
  /** Takes one line with its line end. Must not throw. */
  readonly write: (line: string, level: LogLevel) => void;
  /** Told of each line that is written, with its JSON form where there is one already. Must not throw. */
  readonly onEntry?: (entry: LogEntry, json?: string) => void;
  readonly now?: () => Date;
}

export interface LevelSwitch {
  level: LogLevel;
}

export const logLevels = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(options: LogOptions): Logger {
  const { now = () => new Date() } = options;
  const levels = typeof options.level === "string" ? { level: options.level } : options.level;
  const write: WriteEntry = (level, message, fields) => {
    if (ranks[level] < ranks[levels.level]) return;
    const entry = { time: now(), level, message, fields };
    const json = options.format === "json" ? formatJsonLine(entry) : undefined;
    options.onEntry?.(entry, json);
    options.write(json ?? formatHumanLine(entry, options), level);
  };
  return new FieldsLog(write, {});
}

type WriteEntry = (level: LogLevel, message: string, fields: LogFields) => void;

/** One for each agent and each turn: a class, for closures would cost each of them several times as much memory. */
class FieldsLog implements Logger {
  readonly #write: WriteEntry;
  readonly #fields: LogFields;

  constructor(write: WriteEntry, fields: LogFields) {
    this.#write = write;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  with(fields: LogFields): Logger {
    return new FieldsLog(this.#write, { ...this.#fields, ...fields });
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    this.#write(level, message, fields === undefined ? this.#fields : { ...this.#fields, ...fields });
  }
}
