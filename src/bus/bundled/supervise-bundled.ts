// The bundled server over its life: started again when it ends, with growing pauses.

import { setTimeout as delay } from "node:timers/promises";
import { backoff } from "../../host/backoff.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { HubKeeper } from "./hub-keeper.ts";
import type { LaunchedServer } from "./launch-bundled.ts";

const stopGraceMs = 5_000;
const stableMs = 30_000;

export interface Supervised {
  current: LaunchedServer;
  restarts: number;
}

export interface SupervisionPorts {
  readonly log: Logger;
  readonly hub: HubKeeper | undefined;
  /** The server ended though nobody asked. */
  readonly onDown?: (reason: string) => void;
  /** It answers again, on the same URL. */
  readonly onUp?: () => void;
}

/** Starts the server again whenever it ends, until the signal fires. Never rejects. */
export async function supervise(
  supervised: Supervised,
  options: SupervisionPorts,
  launch: () => Promise<LaunchedServer>,
  signal: AbortSignal,
): Promise<void> {
  const pause = backoff(100, 10_000);
  const isStopping = (): boolean => signal.aborted;
  for (;;) {
    const upSince = performance.now();
    const end = await supervised.current.child.ended;
    if (isStopping()) return;
    const reason = `nats-server ended with ${end.signal ?? `code ${end.code ?? 0}`}`;
    options.log.warn(`${reason}; starting it again`, { last: end.tail.split("\n").at(-1) });
    options.hub?.serverEnded();
    options.onDown?.(reason);
    if (performance.now() - upSince > stableMs) pause.reset();
    const next = await relaunch(launch, options.log, () => pause.next(), signal);
    if (next === undefined) return;
    supervised.current = next;
    supervised.restarts += 1;
    if (isStopping()) {
      await next.child.stop(stopGraceMs);
      return;
    }
    options.log.info("The bundled NATS server answers again", { url: next.url });
    options.onUp?.();
  }
}

/** Tries until it works; undefined when `signal` fires. */
async function relaunch(
  launch: () => Promise<LaunchedServer>,
  log: Logger,
  nextPauseMs: () => number,
  signal: AbortSignal,
): Promise<LaunchedServer | undefined> {
  for (;;) {
    try {
      await delay(nextPauseMs(), undefined, { signal });
      return await launch();
    } catch (error) {
      if (signal.aborted) return undefined;
      log.error(error instanceof Error ? error.message : String(error));
    }
  }
}
