// One connection to NATS that is made to see whether it can be, and closed again.

import type { BusSettings } from "./bus-settings.ts";
import { BusError } from "./bus-error.ts";
import { dialOnce } from "./dial.ts";

export interface SeenServer {
  /** `host:port` */
  readonly server: string;
  readonly serverName: string;
  readonly version: string;
  /** In bytes. */
  readonly maxPayloadBytes: number;
  /** Round trip in ms. */
  readonly rttMs: number;
  readonly hasJetStream: boolean;
}

/** Never rejects: why it cannot be connected is the answer. */
export async function lookAtServer(settings: BusSettings, clientName: string): Promise<SeenServer | BusError> {
  const dialled = await dialOnce({ settings, clientName, gossiped: [] });
  if (dialled instanceof BusError) return dialled;
  const { connection } = dialled;
  try {
    const rttMs = await connection.rtt();
    const { info } = connection;
    return {
      server: connection.getServer(),
      serverName: info?.server_name ?? "",
      version: info?.version ?? "",
      maxPayloadBytes: info?.max_payload ?? 0,
      rttMs,
      hasJetStream: info?.jetstream === true,
    };
  } catch (cause) {
    return new BusError(`The connection to NATS at "${connection.getServer()}" broke at once: ${String(cause)}`, {
      cause,
    });
  } finally {
    await connection.close().catch(() => undefined); // It broke: there is nothing to close.
  }
}
