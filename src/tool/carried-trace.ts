// What a tool that is told to tells others of the turn's trace.

import type { CarriesTrace } from "../manifest/tools/config.ts";
import { traceHeaders } from "../protocol/trace-context.ts";
import type { ToolContext } from "./contract.ts";

/** `traceparent`, and `tracestate` where there is one; nothing where the tool may not, or the turn belongs to no trace. */
export function carriedTrace(
  { carriesTrace }: CarriesTrace,
  { trace }: Pick<ToolContext, "trace">,
): Readonly<Record<string, string>> {
  return carriesTrace === true && trace !== undefined ? traceHeaders(trace) : {};
}
