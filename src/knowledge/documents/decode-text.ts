// Bytes as text: UTF-8, UTF-16 with or without its mark, else Windows-1252 where that gives text; what is none is refused, never guessed at.

import { DocumentError } from "./document.ts";
import type { TextFormat } from "./document-format.ts";

const utf32Marks = [
  [0xff, 0xfe, 0, 0],
  [0, 0, 0xfe, 0xff],
];
/** What a page may say that it is written in. */
const charsets = [
  "iso-8859-1",
  "iso-8859-2",
  "iso-8859-5",
  "iso-8859-7",
  "iso-8859-9",
  "iso-8859-15",
  "windows-1250",
  "windows-1251",
  "windows-1252",
  "windows-1253",
  "windows-1254",
  "koi8-r",
  "koi8-u",
  "shift_jis",
  "euc-jp",
  "gbk",
  "gb2312",
  "gb18030",
  "big5",
  "euc-kr",
  "us-ascii",
  "latin1",
] as const;
/** Bytes that are looked at to tell UTF-16 without a mark. */
const sampleBytes = 4096;
/** How much of a text may be control characters, which no text has but by accident. */
const mostControlShare = 0.001;
const controls = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/g;

/**
 * The text, without a byte order mark and with line breaks as `\n`.
 * @throws {DocumentError} `binary`, or `encoding` for text that is none of these
 */
export function decodeText(bytes: Uint8Array, path: string, format: TextFormat): string {
  const text = decoded(bytes, path, format);
  if (hasManyControls(text)) throw binary(path);
  return text.replace(/\r\n?/g, "\n").replace(controls, " ");
}

function hasManyControls(text: string): boolean {
  let left = Math.max(2, text.length * mostControlShare);
  for (let found = controls.exec(text); found !== null; found = controls.exec(text)) {
    if (--left >= 0) continue;
    controls.lastIndex = 0;
    return true;
  }
  return false;
}

function decoded(bytes: Uint8Array, path: string, format: TextFormat): string {
  if (utf32Marks.some((mark) => startsWith(bytes, mark))) {
    throw new DocumentError("encoding", `Cannot read "${path}": it is UTF-32. Save it as UTF-8`);
  }
  if (startsWith(bytes, [0xff, 0xfe])) return new TextDecoder("utf-16le").decode(bytes);
  if (startsWith(bytes, [0xfe, 0xff])) return new TextDecoder("utf-16be").decode(bytes);
  const wide = unmarkedUtf16(bytes);
  if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
  const utf8 = decodedAs("utf-8", bytes);
  if (utf8 !== undefined) return utf8;
  const declared = format === "html" ? declaredCharset(bytes) : undefined;
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) return decodedAsDeclared(declared, bytes, path);
  // Every byte means something there: what is no text shows by its control characters.
  return new TextDecoder("windows-1252").decode(bytes);
}

function decodedAs(charset: "utf-8", bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined; // Other than its mark, UTF-8 shows only by being valid.
  }
}

function decodedAsDeclared(charset: string, bytes: Uint8Array, path: string): string {
  const decoder = decoderOf(charset);
  if (decoder !== undefined) return decoder.decode(bytes);
  const text = `Cannot read "${path}": its character set "${charset}" is not known here. Save it as UTF-8`;
  throw new DocumentError("encoding", text);
}

function decoderOf(charset: string): TextDecoder | undefined {
  const label = charsets.find((known) => known === charset.toLowerCase());
  return label && new TextDecoder(label);
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, sampleBytes)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]{1,40})/i.exec(head)?.[1];
}

/** By where its NULs are: in texts of the Latin scripts, every second byte is one. */
function unmarkedUtf16(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const sample = bytes.subarray(0, sampleBytes - (sampleBytes % 2));
  if (sample.length < 4 || bytes.length % 2 !== 0) return undefined;
  let even = 0;
  let odd = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte !== 0) continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  const most = sample.length * 0.4;
  if (odd >= most && even === 0) return "utf-16le";
  return even >= most && odd === 0 ? "utf-16be" : undefined;
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte);
}

function binary(path: string): DocumentError {
  return new DocumentError("binary", `Cannot read "${path}": it is neither text nor a PDF`);
}
