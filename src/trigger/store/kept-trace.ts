// A trace as it is kept with a run: its headers.

import { objectOf } from "../../bus/jobs/jetstream.ts";
import { readTraceHeaders, type TraceContext } from "../../protocol/trace-context.ts";

/** Undefined for what is none. */
export function keptTrace(value: unknown): TraceContext | undefined {
  const headers = objectOf(value);
  return readTraceHeaders((name) => {
    const text = headers[name];
    return typeof text === "string" ? text : undefined;
  });
}
