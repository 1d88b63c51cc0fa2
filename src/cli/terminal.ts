// Where a command reads and writes. Commands use this and never `process`, so that they can be tried without a terminal.

import { isatty } from "node:tty";
import { neutralise } from "../telemetry/neutralise.ts";

export interface Terminal {
  /** Standard output: answers and results. Text from outside must have gone through `safe` first. */
  out(text: string): void;
  /** Standard error: notices, status lines and errors. */
  err(text: string): void;
  /** Text from an agent or the bus, made harmless where standard output is a terminal; unchanged where it is a file or pipe. */
  safe(text: string): string;
  /** The same for standard error. */
  safeErr(text: string): string;
  readonly isOutTerminal: boolean;
  readonly isErrTerminal: boolean;
  readonly isInTerminal: boolean;
  /** Colour may be used on standard output. */
  readonly hasColour: boolean;
  /** The same for standard error. */
  readonly hasErrColour: boolean;
  /** Columns of standard output; 80 when it is no terminal. */
  columns(): number;
  /** As it was at the start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the working folder. */
  readonly folder: string;
  /** Everything on standard input, at most `limitBytes`; throws a `RangeError` for more. */
  readInput(limitBytes: number): Promise<Uint8Array>;
}

/** The terminal of this process. Nothing is opened before it is used: a start pays for what it uses. */
export function processTerminal(): Terminal {
  const environment = { ...process.env };
  const wantsColour = (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
  const isOutTerminal = isatty(1);
  const isErrTerminal = isatty(2);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    safe: (text) => (isOutTerminal ? neutralise(text) : text),
    safeErr: (text) => (isErrTerminal ? neutralise(text) : text),
    isOutTerminal,
    isErrTerminal,
    isInTerminal: isatty(0),
    hasColour: isOutTerminal && wantsColour,
    hasErrColour: isErrTerminal && wantsColour,
    columns: () => process.stdout.columns || 80,
    environment,
    folder: process.cwd(),
    readInput,
  };
}

async function readInput(limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of Bun.stdin.stream()) {
    size += piece.byteLength;
    if (size > limitBytes) throw new RangeError(`Standard input holds more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
