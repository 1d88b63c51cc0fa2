// The port through which tools use NATS; the bus implements it.

import type { TraceContext } from "../../protocol/trace-context.ts";
import { ToolError } from "../contract.ts";

export interface ToolBus {
  /** Resolves when the server has taken the message; `trace` is sent along in its headers. Rejects with a `ToolError`. */
  publish(subject: string, payload: string, trace?: TraceContext): Promise<void>;
  /** Resolves to the reply. Rejects with a `ToolError`, or with the signal's reason. */
  request(subject: string, payload: string, options: ToolRequestOptions): Promise<ToolReply>;
}

export interface ToolRequestOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Sent along, for the trace to go on where it is read. */
  readonly trace?: TraceContext;
}

export interface ToolReply {
  readonly data: Uint8Array;
  /** What a micro service says of its own failure. */
  readonly serviceError?: string;
}

/** Where there is no NATS. */
export const noBus: ToolBus = {
  publish: () => Promise.reject(nowhere()),
  request: () => Promise.reject(nowhere()),
};

function nowhere(): ToolError {
  return new ToolError("unavailable", "There is no NATS here");
}
