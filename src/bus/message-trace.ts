// The trace that a message's sender counts it to, by its headers (W3C Trace Context).

import type { MsgHdrs } from "@nats-io/nats-core";
import { readTraceHeaders, type TraceContext } from "../protocol/trace-context.ts";

/** A `traceparent` that stands there twice is none; several `tracestate` are one list. */
export function messageTrace(headers: MsgHdrs | undefined): TraceContext | undefined {
  if (headers === undefined) return undefined;
  return readTraceHeaders((name) => {
    const values = headers.values(name, "insensitive");
    return values.length === 0 ? undefined : values.join(",");
  });
}
