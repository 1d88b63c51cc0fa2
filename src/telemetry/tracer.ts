// Where a turn stands in a trace that goes over several processes: whose child it is, and what it calls is a child of.

import type { TraceContext } from "../protocol/trace-context.ts";

export interface TurnSpan {
  /** What the turn calls is a child of this. */
  readonly context: TraceContext;
  /** Its own spans are exported; else `context` is its caller's, carried on. */
  readonly isRecorded: boolean;
  readonly parentSpanId?: string;
}

export interface Tracer {
  /** `parent`: what its caller sent along. Undefined: the turn belongs to no trace. */
  begin(parent: TraceContext | undefined): TurnSpan | undefined;
}

/** Where no spans are exported: a caller's trace goes through this process as it came. */
export const passingTracer: Tracer = {
  begin: (parent) => (parent === undefined ? undefined : { context: parent, isRecorded: false }),
};

/** A span within a turn, such as a tool's call; the turn's own context where that is not recorded. */
export function innerContext(turn: TurnSpan | undefined): TraceContext | undefined {
  if (turn?.isRecorded !== true) return turn?.context;
  return { ...turn.context, spanId: newSpanId() };
}

export function newTraceId(): string {
  return randomHex(16);
}

export function newSpanId(): string {
  return randomHex(8);
}

/** Never all zero, which would be no id. */
function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  if (random.every((byte) => byte === 0)) random[0] = 1;
  return Buffer.from(random).toString("hex");
}
