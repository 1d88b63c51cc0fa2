// The time by a NATS server's own clock: it tells it with whom it takes us for.

import { dialOnce } from "./dial.ts";
import { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";

const timeSubject = "$SYS.REQ.USER.INFO";

export interface NatsServerTime {
  /** `host:port` */
  readonly server: string;
  /** In ms since 1970. */
  readonly ms: number;
}

/** Makes a connection for it. Undefined when there is none, or its user may not ask. Never rejects. */
export async function natsServerTime(
  settings: BusSettings,
  clientName: string,
  timeoutMs: number,
): Promise<NatsServerTime | undefined> {
  const dialled = await dialOnce({ settings, clientName, gossiped: [] });
  if (dialled instanceof BusError) return undefined;
  const { connection } = dialled;
  try {
    const answer = await connection.request(timeSubject, "", { timeout: timeoutMs });
    const ms = readTime(answer.json());
    return ms === undefined ? undefined : { server: connection.getServer(), ms };
  } catch {
    return undefined; // Forbidden, or lost: the check of NATS says so.
  } finally {
    await connection.close().catch(() => undefined); // It broke: there is nothing to close.
  }
}

function readTime(answer: unknown): number | undefined {
  if (typeof answer !== "object" || answer === null || !("server" in answer)) return undefined;
  const { server } = answer;
  if (typeof server !== "object" || server === null || !("time" in server)) return undefined;
  const ms = typeof server.time === "string" ? Date.parse(server.time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
