// Which calls of an answer may run at the same time.

import type { ModelToolCall } from "../model/contract.ts";
import type { Tool } from "../tool/contract.ts";

const mostAtOnce = 8;

/** The calls in their order, in groups: calls of tools that change nothing together, as long as they follow each other. */
export function callBatches(
  calls: readonly ModelToolCall[],
  tools: readonly Tool[],
): readonly (readonly ModelToolCall[])[] {
  const reading = new Set(tools.filter((tool) => tool.isReadOnly).map((tool) => tool.name));
  const batches: ModelToolCall[][] = [];
  let isOpen = false;
  for (const call of calls) {
    const last = batches.at(-1);
    const mayJoin = isOpen && reading.has(call.name) && last !== undefined && last.length < mostAtOnce;
    if (mayJoin) last.push(call);
    else batches.push([call]);
    isOpen = reading.has(call.name);
  }
  return batches;
}
