// What is told of agents to whoever prompts them next: by then the NATS server has their subscriptions, too.

import { within } from "../bus/within.ts";

const flushMs = 1_000;

/**
 * What `look` says now, once all that was subscribed before has reached the server. Looked at first: an agent that comes up meanwhile is told the
 * next time, and not while its subscription is still on the way. `flush` is not awaited for long.
 */
export async function toldToServer<Told>(look: () => Told, flush: () => Promise<unknown>): Promise<Told> {
  const told = look();
  await within(flush(), flushMs);
  return told;
}
