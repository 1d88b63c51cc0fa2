// What the machine and servers elsewhere say about the time.

import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { defaultServer } from "../../bus/connection/bus-settings.ts";
import { resolveSettings } from "../../bus/connection/connect-options.ts";
import { natsServerTime } from "../../bus/connection/server-time.ts";
import { runBriefly } from "../../host/run-briefly.ts";
import type { EndpointConfig, NatsConfig } from "../../manifest/manifest.ts";
import { serverTime } from "../../model/server-time.ts";
import type { ServerTime } from "./check-clock.ts";
import { isLoopbackUrl } from "./loopback.ts";

const askMs = 5_000;
/** Enough to know, and few to ask. */
const maxServers = 3;
const maxEntries = 1_000;

/** By systemd; undefined where that does not say. */
export async function isClockSynchronised(): Promise<boolean | undefined> {
  if (process.platform !== "linux" || !existsSync("/run/systemd/system")) return undefined;
  const answer = await runBriefly(["timedatectl", "show", "--property=NTPSynchronized", "--value"], askMs);
  const said = answer?.code === 0 ? answer.text.trim() : "";
  return said === "yes" ? true : said === "no" ? false : undefined;
}

/** Of what stands directly in the folder. */
export async function latestWriteMs(folder: string): Promise<number | undefined> {
  try {
    const names = (await readdir(folder)).slice(0, maxEntries);
    const times = await Promise.all(names.map((name) => writtenMs(join(folder, name))));
    return times.length === 0 ? undefined : Math.max(...times);
  } catch {
    return undefined; // Not there, or not for us to see.
  }
}

async function writtenMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0; // Gone in between.
  }
}

/** One request without credentials to each. */
export async function serverTimes(
  endpoints: readonly EndpointConfig[],
  signal: AbortSignal,
): Promise<readonly ServerTime[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(askMs)]);
  const asked = endpoints.slice(0, maxServers).map(async (endpoint): Promise<ServerTime[]> => {
    const ms = await serverTime(endpoint, limit);
    return ms === undefined ? [] : [{ whose: `endpoint "${endpoint.name}"`, ms, heardMs: Date.now() }];
  });
  return (await Promise.all(asked)).flat();
}

/** Of a NATS server elsewhere: one on this machine has its clock. Never rejects. */
export async function natsTimes(nats: NatsConfig | undefined, clientName: string): Promise<readonly ServerTime[]> {
  if (nats?.mode !== "external") return [];
  try {
    const { servers } = await resolveSettings(nats);
    if ((servers.length === 0 ? [defaultServer] : servers).every(isLoopbackUrl)) return [];
  } catch {
    return []; // The check of NATS says what is wrong with the settings.
  }
  const time = await natsServerTime(nats, clientName, askMs);
  return time === undefined ? [] : [{ whose: `the NATS server ${time.server}`, ms: time.ms, heardMs: Date.now() }];
}
