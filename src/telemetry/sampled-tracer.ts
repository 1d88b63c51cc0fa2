// Begins traces, a share of them recorded, and joins those of callers, who decide for theirs.

import type { TraceContext } from "../protocol/trace-context.ts";
import { newSpanId, newTraceId, type Tracer, type TurnSpan } from "./tracer.ts";

/** `ratio`: of the traces that begin here, 0 to 1. */
export function sampledTracer(ratio: number): Tracer {
  return { begin: (parent) => (parent === undefined ? root(ratio) : child(parent)) };
}

function child(parent: TraceContext): TurnSpan {
  if (!parent.isSampled) return { context: parent, isRecorded: false };
  return { context: { ...parent, spanId: newSpanId() }, isRecorded: true, parentSpanId: parent.spanId };
}

function root(ratio: number): TurnSpan {
  const traceId = newTraceId();
  const isSampled = isChosen(traceId, ratio);
  return { context: { traceId, spanId: newSpanId(), isSampled }, isRecorded: isSampled };
}

/** By the last 56 bits of the id, as others decide who know nothing of us. */
function isChosen(traceId: string, ratio: number): boolean {
  const chance = Number.parseInt(traceId.slice(-14), 16) / 2 ** 56;
  return chance >= 1 - ratio;
}
