// A trace as it is kept with a run or a job: its headers.

import { objectOf } from "./jetstream.ts";
import { readTraceHeaders, type TraceContext } from "../../protocol/trace-context.ts";

/** Undefined for what is none. */
export function keptTrace(value: unknown): TraceContext | undefined {
  const headers = objectOf(value);
  return readTraceHeaders((name) => {
    const text = headers[name];
    return typeof text === "string" ? text : undefined;
  });
}
