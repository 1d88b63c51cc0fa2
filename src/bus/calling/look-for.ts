// Asks the bus for the agents that an address may name.

import type { AddressPattern } from "./address.ts";
import { matchesAddress } from "./address.ts";
import type { CallerBus } from "./caller-bus.ts";
import type { Discovery, DiscoveryOptions } from "./discovery.ts";
import { Roster } from "./roster.ts";
import { watchAgents } from "./watch-agents.ts";

/**
 * Listens for heartbeats, then discovers. A full address ends the search as soon as it answers. Throws a `CallError` when the bus is gone or
 * does not let us ask.
 */
export async function lookFor(
  bus: CallerBus,
  pattern: AddressPattern,
  options: Omit<DiscoveryOptions, "isEnough"> = {},
): Promise<Discovery> {
  const isFull = pattern.agent !== undefined && pattern.owner !== undefined;
  const watch = watchAgents(bus, new Roster(() => performance.now()));
  try {
    return await watch.discover({
      ...options,
      ...(isFull ? { isEnough: (record) => matchesAddress(pattern, record) } : {}),
    });
  } finally {
    watch.close();
  }
}
