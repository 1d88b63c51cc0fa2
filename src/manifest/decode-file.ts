// Bytes of a manifest file → text, or where they stop being UTF-8.

import type { ReadFailure } from "./parsed-file.ts";

export type Decoded = { readonly text: string } | { readonly failure: ReadFailure };

export function decodeFile(bytes: Uint8Array): Decoded {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const message = `Found bytes that are no UTF-8${encodingHint(bytes)}, accepted UTF-8 text`;
    return { failure: { ...placeOfFirstBadByte(bytes), message } };
  }
}

function encodingHint(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isUtf16 ? " (they look like UTF-16)" : "";
}

function placeOfFirstBadByte(bytes: Uint8Array): { line: number; column: number } {
  let line = 1;
  for (let start = 0; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = new TextDecoder("utf-8").decode(bytes.subarray(start, end));
    const column = text.indexOf("\ufffd") + 1;
    if (column > 0) return { line, column };
    start = end + 1;
  }
  return { line: 1, column: 1 };
}
