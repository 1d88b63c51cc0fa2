// What a turn's tools leave behind until it ends: a folder, and whatever else they have to give back.

import type { Logger } from "../telemetry/log.ts";
import { turnFolder } from "../tool/turn-folder.ts";

/** A listener that hangs is not waited for any longer. */
const endWithinMs = 800;

export interface TurnEnd {
  /** Absolute path of the turn's folder, made on first use. */
  folder(): Promise<string>;
  onEnd(listener: () => Promise<void>): void;
  /** Calls the listeners, then removes the folder. Never rejects. */
  end(): Promise<void>;
}

/** `log` names the turn. */
export function turnEnd(log: Logger): TurnEnd {
  const folder = turnFolder(log);
  const listeners: (() => Promise<void>)[] = [];
  return {
    folder: () => folder.path(),
    onEnd: (listener) => void listeners.push(listener),
    end: async () => {
      if (listeners.length > 0) await endAll(listeners, log);
      await folder.remove();
    },
  };
}

async function endAll(listeners: readonly (() => Promise<void>)[], log: Logger): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    log.warn("A tool did not give back in time what it held for the turn");
    late.resolve(undefined);
  }, endWithinMs);
  const ended = Promise.allSettled(listeners.map(async (listener) => listener()));
  await Promise.race([ended, late.promise]);
  clearTimeout(timer);
}
