// The bundled server of a runtime that lives, while that starts it, or starts it again: a second or two in which nothing listens.

import { type BusFile, runningBus } from "../bus/bundled/bus-file.ts";
import { delay } from "../bus/delay.ts";

/** A restart takes one second; with a store to be read, some more. */
const waitMs = 10_000;
const askMs = 2_000;
const lookMs = 100;

/** Waits for it. Undefined when no runtime has this state directory, or one without such a server, or it does not come. Never rejects. */
export async function returningBus(stateDirectory: string): Promise<BusFile | undefined> {
  const endMs = performance.now() + waitMs;
  while (await isBusToCome(stateDirectory)) {
    await delay(lookMs);
    const bus = runningBus(stateDirectory);
    if (bus !== undefined) return bus;
    if (performance.now() > endMs) return undefined;
  }
  return undefined;
}

/** Whether a runtime has this state directory that starts its own server, again where that ended. Never rejects. */
export async function isBusToCome(stateDirectory: string): Promise<boolean> {
  const { runtimeStatus } = await import("../runtime/control-client.ts");
  return runtimeStatus(stateDirectory, askMs).then(
    ({ bus, isDraining }) => bus.server === "bundled" && !isDraining,
    () => false,
  );
}
