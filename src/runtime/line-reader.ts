// Bytes of a socket → lines of UTF-8, bounded.

/** Takes chunks and hands out whole lines without their end. Throws a `RangeError` when a line grows over the limit. */
export function lineReader(maxBytes: number, onLine: (line: string) => void): (chunk: Uint8Array | string) => void {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  return (chunk) => {
    let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      const line = Buffer.concat([...pending, rest.subarray(0, end)]).toString("utf8");
      pending = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
      onLine(line);
    }
    if (rest.length === 0) return;
    pending.push(Buffer.from(rest));
    pendingBytes += rest.length;
    if (pendingBytes > maxBytes) throw new RangeError(`Line is longer than ${maxBytes} bytes`);
  };
}
