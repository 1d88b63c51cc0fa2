// How large a message is as the server counts it: payload and headers (§5.4).

import type { Msg } from "@nats-io/nats-core";

const versionLine = "NATS/1.0\r\n".length;
const emptyLine = 2;
const perHeader = ": \r\n".length;

export function messageBytes(message: Msg): number {
  const { headers } = message;
  if (headers === undefined) return message.data.length;
  let bytes = message.data.length + versionLine + emptyLine;
  for (const [key, values] of headers) {
    for (const value of values) bytes += Buffer.byteLength(key) + Buffer.byteLength(value) + perHeader;
  }
  return bytes;
}
