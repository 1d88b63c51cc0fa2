// The logger of a running Muster: lines to stderr, for people on a terminal and as JSON otherwise.

import { createLog } from "./create-log.ts";
import type { LogFormat } from "./log-line.ts";
import type { LogLevel, Logger } from "./log.ts";

/** What waits for a reader of stderr that does not read; more is dropped and counted. */
const maxWaitingBytes = 1024 * 1024;

export interface StderrLogOptions {
  readonly level: LogLevel;
  /** Absent: human on a terminal, JSON lines otherwise. */
  readonly format?: LogFormat;
}

export function stderrLog(options: StderrLogOptions): Logger {
  const isTerminal = process.stderr.isTTY;
  return createLog({
    level: options.level,
    format: options.format ?? (isTerminal ? "human" : "json"),
    hasColour: isTerminal && (process.env["NO_COLOR"] ?? "") === "",
    write: boundedWriter(process.stderr),
  });
}

interface LineStream {
  readonly writableLength: number;
  write(line: string): boolean;
}

/** Writes lines until `maxWaitingBytes` wait to be read; says how many were dropped once there is room again. */
export function boundedWriter(stream: LineStream): (line: string) => void {
  let dropped = 0;
  return (line) => {
    if (stream.writableLength > maxWaitingBytes) {
      dropped += 1;
      return;
    }
    if (dropped > 0) {
      stream.write(`${JSON.stringify({ level: "warn", message: "Log lines were dropped", lines: dropped })}\n`);
      dropped = 0;
    }
    stream.write(line);
  };
}
