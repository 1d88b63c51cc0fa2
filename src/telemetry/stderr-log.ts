// The logger of a running Muster: lines to stderr, for people on a terminal and as JSON otherwise.

import { fstatSync, writeSync } from "node:fs";
import type { LevelSwitch } from "./create-log.ts";
import { createLog } from "./create-log.ts";
import type { LogEntry, LogFormat } from "./log-line.ts";
import type { LogLevel, Logger } from "./log.ts";

/** What waits for a reader of stderr that does not read; more is dropped and counted. */
const maxWaitingBytes = 1024 * 1024;
/** Lines within this time are written in one. */
const joinMs = 5;
const maxJoinedLength = 64 * 1024;

export interface StderrLogOptions {
  readonly level: LogLevel | LevelSwitch;
  /** Absent: human on a terminal, JSON lines otherwise. */
  readonly format?: LogFormat;
  /** Told of each line that is written, with its JSON form where there is one already. Must not throw. */
  readonly onEntry?: (entry: LogEntry, json?: string) => void;
}

export function stderrLog(options: StderrLogOptions): Logger {
  const isTerminal = process.stderr.isTTY;
  const { fd } = process.stderr;
  const lines = new JoinedLines(mayWait(fd) ? boundedWriter(process.stderr) : fileWriter(fd));
  process.once("exit", lines.flush);
  return createLog({
    level: options.level,
    ...(options.onEntry === undefined ? {} : { onEntry: options.onEntry }),
    format: options.format ?? (isTerminal ? "human" : "json"),
    hasColour: isTerminal && (process.env["NO_COLOR"] ?? "") === "",
    write: (line, level) => lines.add(line, level === "warn" || level === "error"),
  });
}

/** Joins lines for a few ms: a write costs several times what making a line does. */
export class JoinedLines {
  readonly #write: (lines: string) => void;
  #waiting = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (lines: string) => void) {
    this.#write = write;
  }

  /** An urgent line is written at once, after those that wait: it may be the last that is ever written. */
  add(line: string, isUrgent: boolean): void {
    this.#waiting += line;
    if (isUrgent || this.#waiting.length > maxJoinedLength) this.flush();
    else this.#timer ??= setTimeout(this.flush, joinMs).unref();
  }

  /** Writes what waits. */
  readonly flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = "";
    if (lines !== "") this.#write(lines);
  };
}

interface LineStream {
  readonly writableLength: number;
  write(lines: string): boolean;
}

/** Writes lines until `maxWaitingBytes` wait to be read; says how many were dropped once there is room again. */
export function boundedWriter(stream: LineStream): (lines: string) => void {
  return countingWriter((lines) => {
    if (stream.writableLength > maxWaitingBytes) return false;
    stream.write(lines);
    return true;
  });
}

/**
 * Writes lines to a file at once; what a full disk refuses is dropped, and its number said once there is room again. The runtime's own stream would try
 * again for ever, and answer nobody meanwhile.
 */
export function fileWriter(descriptor: number): (lines: string) => void {
  return countingWriter((lines) => {
    try {
      writeSync(descriptor, lines);
      return true;
    } catch {
      return false;
    }
  });
}

/** `write` says whether it took the lines. */
function countingWriter(write: (lines: string) => boolean): (lines: string) => void {
  let dropped = 0;
  return (lines) => {
    if (dropped > 0 && write(droppedLine(dropped))) dropped = 0;
    if (dropped > 0 || !write(lines)) dropped += lines.split("\n").length - 1;
  };
}

function droppedLine(lines: number): string {
  return `${JSON.stringify({ level: "warn", message: "Log lines were dropped", lines })}\n`;
}

/** A terminal, pipe or socket has a reader that may be slow. A file has none: writing to it either works or does not. */
function mayWait(descriptor: number): boolean {
  if (process.stderr.isTTY) return true;
  try {
    const stat = fstatSync(descriptor);
    return !stat.isFile() && !stat.isCharacterDevice();
  } catch {
    return false; // Closed: nobody reads.
  }
}
