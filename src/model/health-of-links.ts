// The health of a chain: that of its best link.

import type { ModelHealth } from "./contract.ts";
import type { Link } from "./model-call.ts";

type Lost = Extract<ModelHealth, { reason: string }>;

/** That of the endpoint while it cannot be reached, else the model's own. */
export function linkHealth({
  endpoint,
  presence,
  fit,
  budget,
}: Pick<Link, "endpoint" | "presence" | "fit" | "budget">): ModelHealth {
  const health = endpoint.health.current();
  if (health.state === "unreachable") return health;
  const spent = budget?.spent();
  return presence.health() ?? fit.health() ?? (spent && { state: "spent", ...spent }) ?? health;
}

/**
 * Reachable or unknown when any link is. When none is: every reason and the soonest next look, and missing or without memory only when
 * all are, since an endpoint that comes back may serve.
 */
export function bestHealth(healths: readonly ModelHealth[]): ModelHealth {
  const lost = healths.filter(isLost);
  if (lost.length < healths.length) {
    return healths.find((health) => health.state === "reachable") ?? { state: "unknown" };
  }
  const reason = [...new Set(lost.map((health) => health.reason))].join("; ");
  const [first = "unreachable", ...others] = new Set(lost.map((health) => health.state));
  const state = others.length === 0 ? first : "unreachable";
  return { state, reason, retryAfterS: Math.min(...lost.map((health) => health.retryAfterS)) };
}

function isLost(health: ModelHealth): health is Lost {
  return "reason" in health;
}
