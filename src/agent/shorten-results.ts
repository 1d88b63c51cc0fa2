// Makes room in a turn that has outgrown its context: results of its tools are shortened, the oldest first, and stay with their calls.

import type { ModelMessage } from "../model/contract.ts";
import { boundedText } from "../tool/bounded-text.ts";

const shortBytes = 400;

/**
 * The messages with the older half of the results that are still long cut to head and tail; undefined when none is long.
 */
export function shortenResults(messages: readonly ModelMessage[]): readonly ModelMessage[] | undefined {
  const long = messages.filter(
    (message) => message.role === "tool" && Buffer.byteLength(message.text) > 2 * shortBytes,
  );
  if (long.length === 0) return undefined;
  const cut = new Set(long.slice(0, Math.ceil(long.length / 2)));
  return messages.map((message) =>
    cut.has(message) ? { ...message, text: boundedText(message.text, shortBytes) } : message,
  );
}
