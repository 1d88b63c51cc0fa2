// What every room logs through. Where lines go and how they look is decided once, by whoever makes the root logger.

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Plain values only; a `Secret` prints as its mask. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its lines. */
  with(fields: LogFields): Logger;
}
