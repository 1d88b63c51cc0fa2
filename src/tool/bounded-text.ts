// Text that is cut to a size: its head and its tail are kept, and what is missing between them is named.

/** How much of the room the head gets: what a command prints last says most about how it went. */
const headShare = 0.5;

/** At most `maxBytes` of UTF-8, and a line that says how much was left out between head and tail. */
export function boundedText(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const head = headOf(text, Math.floor(maxBytes * headShare));
  const tail = tailOf(text, maxBytes - Buffer.byteLength(head));
  const missing = bytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
  return `${head}\n[… ${missing} bytes left out …]\n${tail}`;
}

function headOf(text: string, bytes: number): string {
  const cut = Buffer.from(text.slice(0, bytes)).subarray(0, bytes);
  return withoutBrokenEnd(cut.toString("utf8"));
}

function tailOf(text: string, bytes: number): string {
  const whole = Buffer.from(text.slice(-bytes));
  let start = Math.max(0, whole.length - bytes);
  while (start < whole.length && isContinuation(whole[start])) start += 1;
  return whole.subarray(start).toString("utf8");
}

/** The last character may have been cut in two. */
function withoutBrokenEnd(text: string): string {
  return text.replace(/\uFFFD+$/, "");
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
