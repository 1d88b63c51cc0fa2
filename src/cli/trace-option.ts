// `--traceparent`: the trace that a prompt is a part of (docs/tracing.md).

import { parseTraceContext, type TraceContext } from "../protocol/trace-context.ts";
import { usageError } from "./command-error.ts";
import type { Invocation } from "./command.ts";

export const traceOption = {
  traceparent: {
    value: "VALUE",
    description: "the trace that it is a part of, as the W3C header says it",
    complete: "none",
  },
} as const;

/** Throws a usage error for what is none. */
export function givenTrace(invocation: Invocation): TraceContext | undefined {
  const text = invocation.text("traceparent");
  if (text === undefined) return undefined;
  const trace = parseTraceContext(text);
  if (trace !== undefined) return trace;
  throw usageError(
    `Found --traceparent "${text}"; write it like 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`,
  );
}
