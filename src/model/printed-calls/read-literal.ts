// Values as models print them: JSON, and Python's `True`, `None` and single quotes.

import { OtherText, type TextReader } from "./text-reader.ts";

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };
const names: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["null", null],
  ["None", null],
]);

/** @throws {OtherText | TextEnded} */
export function readLiteral(reader: TextReader): unknown {
  return reader.nested(() => {
    const first = reader.peek();
    if (first === "{") return readObject(reader);
    if (first === "[") return readList(reader, "[", "]");
    if (first === "(") return readList(reader, "(", ")");
    if (first === '"' || first === "'") return readText(reader);
    return /[-+0-9.]/.test(first) ? readNumber(reader) : readName(reader);
  });
}

/** `onKey` may throw `OtherText` when an object with this key is none that is looked for. */
export function readObject(
  reader: TextReader,
  onEntry: (key: string, value?: unknown) => void = () => undefined,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  reader.must("{");
  for (let isFirst = true; !closes(reader, "}", isFirst); isFirst = false) {
    const key = readText(reader);
    onEntry(key);
    reader.space();
    reader.must(":");
    reader.space();
    const value = readLiteral(reader);
    onEntry(key, value);
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

function readList(reader: TextReader, open: string, close: string): unknown[] {
  const items: unknown[] = [];
  reader.must(open);
  for (let isFirst = true; !closes(reader, close, isFirst); isFirst = false) items.push(readLiteral(reader));
  return items;
}

/** Takes the end, or the comma before what comes next. A comma before the end is let pass, and that braces are missing before a mark or a fence. */
export function closes(reader: TextReader, close: string, isFirst: boolean): boolean {
  reader.space();
  if (reader.takes(close)) return true;
  if (close === "}" && !isFirst && /[<`]/.test(reader.rest(1))) return true;
  if (!isFirst) {
    reader.must(",");
    reader.space();
    if (reader.takes(close)) return true;
  }
  reader.peek();
  return false;
}

export function readText(reader: TextReader): string {
  const quote = reader.peek();
  if (quote !== '"' && quote !== "'") throw new OtherText();
  reader.must(quote);
  let text = "";
  for (;;) {
    const next = reader.peek();
    reader.must(next);
    if (next === quote) return text;
    text += next === "\\" ? readEscape(reader) : next;
  }
}

function readEscape(reader: TextReader): string {
  const escaped = reader.peek();
  reader.must(escaped);
  if (escaped !== "u") return escapes[escaped] ?? escaped;
  let hex = "";
  while (hex.length < 4) {
    const digit = reader.peek();
    if (!/[0-9a-fA-F]/.test(digit)) throw new OtherText();
    reader.must(digit);
    hex += digit;
  }
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function readNumber(reader: TextReader): number {
  const digits = reader.word(/[-+0-9.eE_]/);
  const value = Number(digits.replaceAll("_", ""));
  if (!Number.isFinite(value)) throw new OtherText();
  // More digits may follow.
  reader.peek();
  return value;
}

function readName(reader: TextReader): unknown {
  const name = reader.word(/[A-Za-z]/);
  reader.peek();
  if (!names.has(name)) throw new OtherText();
  return names.get(name);
}
