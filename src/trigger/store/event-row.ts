// What started a run, as its row holds it.

import { objectOf } from "../../bus/jobs/jetstream.ts";
import { traceHeaders } from "../../protocol/trace-context.ts";
import { keptTrace } from "../../bus/jobs/kept-trace.ts";
import type { OpenRun, RunEvent } from "./run-record.ts";
import type { RunRow } from "./run-row.ts";

export function openRun(row: RunRow): OpenRun {
  const event = eventOf(row);
  return { seq: row.seq, id: row.id, dueMs: row.due_ms, ...(event === undefined ? {} : { event }) };
}

/** What has no column of its own. */
export function eventDetails({ path, stamp, trace }: RunEvent): string {
  return JSON.stringify({ path, stamp, ...(trace === undefined ? {} : { trace: traceHeaders(trace) }) });
}

function eventOf(row: RunRow): RunEvent | undefined {
  if (row.event_name === null) return undefined;
  const { path, stamp, trace: headers } = objectOf(JSON.parse(row.event_json ?? "{}"));
  const trace = keptTrace(headers);
  return {
    name: row.event_name,
    hops: row.hops,
    ...(row.payload === null ? {} : { payload: row.payload }),
    ...(typeof path === "string" ? { path } : {}),
    ...(typeof stamp === "string" ? { stamp } : {}),
    ...(trace === undefined ? {} : { trace }),
  };
}
