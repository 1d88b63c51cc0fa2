// A run as the store keeps it, and as it is told.

import type { DeliveryState, RunRecord, RunState } from "./run-record.ts";

export interface RunRow {
  readonly seq: number;
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly kind: string;
  readonly due_ms: number;
  readonly started_ms: number | null;
  readonly ended_ms: number | null;
  readonly state: RunState;
  readonly reason: string | null;
  readonly times: number;
  readonly event_name: string | null;
  readonly event_json: string | null;
  readonly payload: Uint8Array | null;
  readonly hops: number;
  readonly prompt_digest: string | null;
  readonly answer: string | null;
  /** `hub`: sent here, and to be sent again to a hub that was cut off. */
  readonly delivery: DeliveryState | "hub" | null;
  readonly target: string | null;
  /** What may be shown of the answer, where that was asked for; null: all of it. */
  readonly kept?: string | null;
  readonly delivery_reason: string | null;
  readonly delivered_ms: number | null;
}

export function recordOf(row: RunRow): RunRecord {
  return {
    id: row.id,
    agent: row.agent,
    trigger: row.trigger,
    kind: row.kind,
    due: iso(row.due_ms),
    ...(row.started_ms === null ? {} : { started: iso(row.started_ms) }),
    ...(row.ended_ms === null ? {} : { ended: iso(row.ended_ms) }),
    state: row.state,
    ...(row.reason === null ? {} : { reason: row.reason }),
    times: row.times,
    ...(row.event_name === null ? {} : { event: row.event_name }),
    ...(row.answer === null ? {} : { answer: row.kept ?? row.answer }),
    ...(row.delivery === null ? {} : { delivery: row.delivery === "hub" ? "pending" : row.delivery }),
    ...(row.delivery_reason === null ? {} : { deliveryReason: row.delivery_reason }),
    ...(row.delivered_ms === null ? {} : { delivered: iso(row.delivered_ms) }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
