// Text that is too large for one chunk is split on code points (§6); joined again it is the same text, byte for byte.

/** `{"type":"response","data":""}` in bytes. */
const frameBytes = 29;

/** No UTF-16 unit takes more bytes in a JSON string than an escaped control or lone surrogate: `\u0000`. */
const maxBytesPerUnit = 6;

/**
 * Cuts `text` so that each part, encoded as a response chunk, takes at most `limitBytes`. Never between the halves of a surrogate pair.
 * Throws a `RangeError` for a limit that cannot hold one code point.
 */
export function splitText(text: string, limitBytes: number): string[] {
  const room = limitBytes - frameBytes;
  if (room < 2 * maxBytesPerUnit) throw new RangeError(`A chunk limit of ${limitBytes} bytes is too small`);
  if (text.length * maxBytesPerUnit <= room) return text === "" ? [] : [text];
  const parts: string[] = [];
  let start = 0;
  let used = 0;
  for (let index = 0; index < text.length;) {
    const point = text.codePointAt(index) ?? 0;
    const units = point > 0xffff ? 2 : 1;
    const bytes = encodedBytes(point);
    if (used + bytes > room) {
      parts.push(text.slice(start, index));
      start = index;
      used = 0;
    }
    used += bytes;
    index += units;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

/** Bytes that one code point takes inside a JSON string as `JSON.stringify` writes it. */
function encodedBytes(point: number): number {
  if (point === 0x22 || point === 0x5c) return 2;
  if (point < 0x20) return point >= 0x08 && point <= 0x0d && point !== 0x0b ? 2 : 6;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  if (point >= 0xd800 && point <= 0xdfff) return 6;
  return point > 0xffff ? 4 : 3;
}
