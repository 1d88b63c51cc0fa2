// Says to the service manager that we are alive, as long as we are: the timer shows that the event loop turns, the signs show the rest.

import type { Logger } from "../telemetry/log.ts";

export interface VitalSign {
  readonly name: string;
  /** Why we can't be called alive, or undefined. Must settle within half of the watchdog's time; never rejects. */
  readonly problem: () => string | undefined | Promise<string | undefined>;
}

export interface WatchdogPorts {
  /** What the manager waits for at most. */
  readonly watchdogMs: number;
  readonly signs: readonly VitalSign[];
  readonly feed: () => void;
  readonly log: Logger;
}

/** Four looks in the manager's time: one that takes half of it still comes in time for the next. Returns what ends it. */
export function startWatchdog(ports: WatchdogPorts): () => void {
  const pauseMs = ports.watchdogMs / 4;
  let isOpen = true;
  let timer: Timer | undefined;
  const look = async (): Promise<void> => {
    await feedWhenAlive(ports, () => isOpen);
    if (isOpen) timer = setTimeout(() => void look(), pauseMs);
  };
  void look();
  return () => {
    isOpen = false;
    clearTimeout(timer);
  };
}

async function feedWhenAlive({ signs, feed, log }: WatchdogPorts, isOpen: () => boolean): Promise<void> {
  const problems = await Promise.all(signs.map(async ({ name, problem }) => ({ name, problem: await problem() })));
  if (!isOpen()) return;
  const bad = problems.filter(({ problem }) => problem !== undefined);
  if (bad.length === 0) feed();
  for (const { name, problem } of bad)
    log.error("Not alive: the service manager is not told that we are", { name, problem });
}
