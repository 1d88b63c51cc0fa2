// How one log line looks: JSON for machines, columns for people. A line is one line whatever it holds, and at most 8 KB.

import { cutText, plainLogValue } from "./log-value.ts";
import type { LogFields, LogLevel } from "./log.ts";

export interface LogEntry {
  readonly time: Date;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export type LogFormat = "human" | "json";

const maxLineBytes = 8192;
const maxMessageLength = 1024;
/** Texts of a line that needs no bounds: even with every character escaped it stays below 8 KB. */
const maxPlainLength = 1024;
const reserved: ReadonlySet<string> = new Set(["time", "level", "message", "cut"]);
const cutMark = ',"cut":true';

/** One JSON object with its line end. Fields that would make it longer than 8 KB are left out, and `cut` says so. */
export function formatJsonLine(entry: LogEntry): string {
  return plainJsonLine(entry) ?? boundedJsonLine(entry);
}

/** The usual line, in one go: a few short fields. Undefined when one of them has to be looked at. */
function plainJsonLine({ time, level, message, fields }: LogEntry): string | undefined {
  let length = message.length;
  for (const key in fields) {
    const value = fields[key];
    if (reserved.has(key)) return undefined;
    if (typeof value === "string") length += value.length;
    else if (typeof value !== "number" && typeof value !== "boolean" && value !== undefined) return undefined;
    else if (typeof value === "number" && !Number.isFinite(value)) return undefined;
    length += key.length;
    if (length > maxPlainLength) return undefined;
  }
  const head = `{"time":"${time.toISOString()}","level":"${level}","message":${JSON.stringify(message)}`;
  const rest = JSON.stringify(fields);
  return `${escapeRest(rest === "{}" ? `${head}}` : `${head},${rest.slice(1)}`)}\n`;
}

function boundedJsonLine(entry: LogEntry): string {
  const head = {
    time: entry.time.toISOString(),
    level: entry.level,
    message: cutText(entry.message, maxMessageLength),
  };
  const start = escapeRest(JSON.stringify(head).slice(0, -1));
  const { text, isCut } = joinFields(
    entry.fields,
    maxLineBytes - byteLength(start) - cutMark.length - 2,
    (key, value) => {
      const name = reserved.has(key) ? `field.${key}` : key;
      return `,${escapeRest(JSON.stringify(name))}:${escapeRest(JSON.stringify(value))}`;
    },
  );
  return `${start}${text}${isCut ? cutMark : ""}}\n`;
}

/** `12:34:56.789 INFO  message key=value`, in UTC, with its line end. */
export function formatHumanLine(entry: LogEntry, options: { readonly hasColour: boolean }): string {
  const time = entry.time.toISOString().slice(11, 23);
  const level = entry.level.toUpperCase().padEnd(5);
  const message = printable(cutText(entry.message, maxMessageLength));
  const start = options.hasColour
    ? `${dim(time)} ${colours[entry.level]}${level}${reset} ${message}`
    : `${time} ${level} ${message}`;
  const { text, isCut } = joinFields(entry.fields, maxLineBytes - byteLength(start) - 8, (key, value) => {
    const name = printable(key);
    return ` ${options.hasColour ? dim(`${name}=`) : `${name}=`}${humanValue(value)}`;
  });
  return `${start}${text}${isCut ? " …" : ""}\n`;
}

function joinFields(
  fields: LogFields,
  maxBytes: number,
  format: (key: string, value: unknown) => string,
): { text: string; isCut: boolean } {
  let text = "";
  let leftBytes = maxBytes;
  let isCut = false;
  for (const [key, value] of Object.entries(fields)) {
    const plain = plainLogValue(value);
    if (plain === undefined) continue;
    const piece = format(cutText(key, 64), plain);
    const bytes = byteLength(piece);
    if (bytes > leftBytes) {
      isCut = true;
      continue;
    }
    text += piece;
    leftBytes -= bytes;
  }
  return { text, isCut };
}

function humanValue(value: unknown): string {
  if (typeof value === "string" && /^[\w./:@+,#*>$-]+$/.test(value)) return value;
  return escapeRest(JSON.stringify(value));
}

/** Text for a terminal: control characters escaped, so that no line can be forged and no terminal commanded. */
function printable(text: string): string {
  return escapeRest(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("\\\\", "\\"));
}

/** What JSON leaves as it is but a terminal or a line reader may act on: DEL, C1, line separators, text direction. */
function escapeRest(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

const reset = "\u001b[0m";
const colours: Readonly<Record<LogLevel, string>> = {
  debug: "\u001b[2m",
  info: "\u001b[32m",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};

function dim(text: string): string {
  return `\u001b[2m${text}${reset}`;
}
