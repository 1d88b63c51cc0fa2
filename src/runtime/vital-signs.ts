// What shows that a runtime whose event loop turns does its work, too: its bus answers, its model calls get their slots.

import { within } from "../bus/within.ts";
import type { EndpointStatus } from "../model/models.ts";
import type { Logger } from "../telemetry/log.ts";
import type { RuntimeBus } from "./runtime-bus.ts";
import type { VitalSign } from "./watchdog.ts";

export type ObservedBus = Pick<RuntimeBus, "restartServer"> & {
  readonly connection: Pick<RuntimeBus["connection"], "isConnected" | "rttMs">;
};

/**
 * While connected, a round trip must return within `limitMs`. Disconnected and trying is alive. A bundled server that does not answer is
 * started again first, and counts against us only when that did not help.
 */
export function busSign(bus: ObservedBus, limitMs: number, log: Logger): VitalSign {
  let wasRestarted = false;
  const problem = async (): Promise<string | undefined> => {
    if (
      !bus.connection.isConnected() ||
      (await within(bus.connection.rttMs(), limitMs)) ||
      !bus.connection.isConnected()
    ) {
      wasRestarted = false;
      return undefined;
    }
    const late = `no round trip over the bus returned within ${limitMs / 1000} s`;
    if (wasRestarted || !bus.restartServer()) return late;
    wasRestarted = true;
    log.error("The bundled NATS server does not answer; starting it again", { reason: late });
    return undefined;
  };
  return { name: "bus", problem };
}

type Slots = Pick<EndpointStatus, "name" | "parallel" | "busy" | "waiting" | "finishing" | "granted">;

export interface SchedulerView {
  readonly endpoints: () => readonly Slots[];
  /** No call holds its slot longer than this. */
  readonly longestTurnMs: () => number;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

/**
 * A scheduler is wedged when calls wait and none is served: at two looks in a row beside a free slot, or for longer than any turn may take.
 */
export function schedulerSign({ endpoints, longestTurnMs, now }: SchedulerView): VitalSign {
  const stuck = new Map<string, { readonly granted: number; readonly since: number }>();
  const problem = (): string | undefined => {
    const all = endpoints();
    for (const name of stuck.keys()) if (!all.some((slots) => slots.name === name)) stuck.delete(name);
    return all.map(look).find((found) => found !== undefined);
  };
  const look = (slots: Slots): string | undefined => {
    const before = stuck.get(slots.name);
    if (slots.waiting === 0) stuck.delete(slots.name);
    else if (before?.granted !== slots.granted) stuck.set(slots.name, { granted: slots.granted, since: now() });
    else if (isFree(slots)) return `calls wait for "${slots.name}" though it has a free slot`;
    else if (now() - before.since > longestTurnMs()) {
      return `calls wait for "${slots.name}" and none was served for longer than any turn may take`;
    }
    return undefined;
  };
  return { name: "scheduler", problem };
}

function isFree({ parallel, busy, finishing }: Slots): boolean {
  return busy + finishing < parallel;
}
