// The health of a chain: that of its best link.

import type { ModelHealth } from "./contract.ts";

/** Reachable or unknown when any link is; unreachable, with every reason and the soonest next look, when none is. */
export function bestHealth(healths: readonly ModelHealth[]): ModelHealth {
  const lost = healths.filter((health) => health.state === "unreachable");
  if (lost.length < healths.length) {
    return healths.find((health) => health.state === "reachable") ?? { state: "unknown" };
  }
  const reason = [...new Set(lost.map((health) => health.reason))].join("; ");
  return { state: "unreachable", reason, retryAfterS: Math.min(...lost.map((health) => health.retryAfterS)) };
}
