// What is recorded of a run: what started it, how it ended, where its answer went.

import type { TraceContext } from "../../protocol/trace-context.ts";

/** Who a run belongs to. */
export interface TriggerKey {
  readonly agent: string;
  readonly trigger: string;
}

/** `queued`: it has its turn later. `skipped`: nothing was run, `reason` says why. */
export type RunState = "queued" | "running" | "done" | "failed" | "skipped";

/** `pending`: on its way. `given-up`: it could not be delivered, `deliveryReason` says why. */
export type DeliveryState = "pending" | "delivered" | "given-up";

export interface RunRecord {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly kind: string;
  /** When it was due, or when its event came, ISO 8601. */
  readonly due: string;
  readonly started?: string;
  readonly ended?: string;
  readonly state: RunState;
  /** Of `failed` and `skipped`; of others a remark. */
  readonly reason?: string;
  /** How many it stands for: ticks that were skipped for one reason in a row are one record. */
  readonly times: number;
  /** Subject, topic or file name. */
  readonly event?: string;
  /** Shortened once it was delivered. */
  readonly answer?: string;
  readonly delivery?: DeliveryState;
  readonly deliveryReason?: string;
  readonly delivered?: string;
}

/** What came, as far as the prompt may need it. */
export interface RunEvent {
  /** Subject, topic or file name. */
  readonly name: string;
  /** Absent: of a file, which is read when its run begins. */
  readonly payload?: Uint8Array;
  /** Of a file: absolute, and as it was when it was whole. */
  readonly path?: string;
  readonly stamp?: string;
  readonly hops: number;
  /** The trace that whoever sent it counts it to. */
  readonly trace?: TraceContext;
  /** By which the same message is known when it comes again. */
  readonly key?: string;
  /** It may have come before: looked for by its key. */
  readonly isRepeated?: boolean;
}

/** A run that has its turn. */
export interface OpenRun {
  readonly seq: number;
  readonly id: string;
  readonly dueMs: number;
  readonly event?: RunEvent;
}
