// A caller's connection for a test, and its calls read to their end.

import type { BusConnection } from "../../src/bus/connection/connection.ts";
import { openBus } from "../../src/bus/connection/open-bus.ts";
import { callAgent } from "../../src/bus/calling/call.ts";
import { CallError } from "../../src/bus/calling/call-error.ts";
import type { CallEvent, CallOptions } from "../../src/bus/calling/call-event.ts";
import type { CallRequest, CallTarget } from "../../src/bus/calling/call-request.ts";
import type { Logger } from "../../src/telemetry/log.ts";

const drop = (): void => undefined;
const silentLog: Logger = { debug: drop, info: drop, warn: drop, error: drop, with: () => silentLog };

/** Resolves when connected. */
export async function openCaller(url: string): Promise<BusConnection> {
  const connection = openBus({ settings: { servers: [url] }, clientName: "caller", log: silentLog });
  await connection.connected();
  return connection;
}

export interface ReadCall {
  readonly events: readonly CallEvent[];
  /** All texts, joined. */
  readonly text: string;
  /** Absent: it ended well. */
  readonly error?: CallError;
}

/** Reads a call to its end; what is no `CallError` is thrown. */
export async function readCall(
  bus: BusConnection,
  target: CallTarget,
  request: CallRequest,
  options: CallOptions = {},
): Promise<ReadCall> {
  const events: CallEvent[] = [];
  let failure: CallError | undefined;
  try {
    for await (const event of callAgent(bus, target, request, options)) events.push(event);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    failure = error;
  }
  const text = events.map((event) => (event.type === "text" ? event.text : "")).join("");
  return { events, text, ...(failure === undefined ? {} : { error: failure }) };
}

export function targetAt(promptSubject: string, fields: Partial<CallTarget> = {}): CallTarget {
  return { promptSubject, acceptsAttachments: true, protocolVersion: "0.3", compatibility: "same", ...fields };
}
