// Who serves an address that two runtimes claim (ours, beyond §3.4): decided from one heartbeat or status answer of the other.

import type { Heartbeat } from "../../protocol/heartbeat.ts";

const takenPrefix = "address taken by ";

/** The reason of an agent that withdrew. */
export function takenReason(instanceId: string): string {
  return takenPrefix + instanceId;
}

/**
 * - `idle`: the other does not serve the address (it drains, or withdrew itself);
 * - `yields`: it serves now, and will withdraw when it hears us;
 * - `serves`: it serves, and we should not.
 */
export type OtherClaim = "idle" | "yields" | "serves";

/** How another runtime's instance stands to ours, when ours serves too: the smaller id serves; who does not know the rule never yields. */
export function judgeClaim(other: Heartbeat, ourInstanceId: string): OtherClaim {
  if (other.state === "draining" || isWithdrawn(other)) return "idle";
  const knowsRule = other.state !== undefined;
  return knowsRule && ourInstanceId < other.instance_id ? "yields" : "serves";
}

/** True when it withdrew because a third instance serves. */
export function isWithdrawn(other: Heartbeat): boolean {
  return other.state === "degraded" && other.reason?.startsWith(takenPrefix) === true;
}

/** The instance that serves, by the word of one that withdrew. */
export function servingInstance(other: Heartbeat): string {
  return isWithdrawn(other) ? (other.reason ?? "").slice(takenPrefix.length) : other.instance_id;
}
