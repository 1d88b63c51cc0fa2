// What the service manager hears of a runtime: ready, its state in one line, reloading, stopping, and that it is alive.

import type { ServiceManager } from "../host/sd-notify.ts";
import type { Logger } from "../telemetry/log.ts";
import { type VitalSign, startWatchdog } from "./watchdog.ts";

export interface ServiceNotices {
  /** The agents are registered, or wait for their bus; after `reloading`, the new configuration is in force. Begins the watchdog once. */
  ready(signs: (limitMs: number) => readonly VitalSign[]): void;
  /** A new configuration is being taken over; `reloaded` must follow, however it went. */
  reloading(): void;
  reloaded(): void;
  /** The way down has begun. The watchdog is fed until `close`. */
  stopping(): void;
  close(): void;
}

export interface NoticePorts {
  readonly manager: ServiceManager;
  /** The runtime in one line. */
  readonly line: () => string;
  readonly log: Logger;
  /** How often the line is looked at; default 5 s. */
  readonly lineEveryMs?: number;
}

export function serviceNotices({ manager, line, log, lineEveryMs = 5_000 }: NoticePorts): ServiceNotices {
  let told = "";
  let timer: Timer | undefined;
  let endWatchdog: (() => void) | undefined;
  const current = (): string => (told = line());
  const tellChange = (): void => {
    const before = told;
    if (current() !== before) manager.status(told);
  };
  return {
    ready: (signs) => {
      manager.ready(current());
      timer ??= manager.isListening ? setInterval(tellChange, lineEveryMs) : undefined;
      const { watchdogMs } = manager;
      if (watchdogMs === undefined) return;
      endWatchdog ??= startWatchdog({ watchdogMs, signs: signs(watchdogMs / 2), feed: () => manager.watchdog(), log });
    },
    reloading: () => manager.reloading(current()),
    reloaded: () => manager.ready(current()),
    stopping: () => manager.stopping(current()),
    close: () => {
      clearInterval(timer);
      endWatchdog?.();
      manager.close();
    },
  };
}
