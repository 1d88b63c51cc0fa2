// Instances of a roster, put together by the agent that they are of.

import type { RosterEntry, RosterState } from "../bus/calling/roster.ts";

/** All instances that share agent, owner and name. */
export interface ListedAgent {
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  /** The best of its instances: that one answers. */
  readonly state: RosterState;
  readonly reason?: string;
  readonly lastBeatAgeS?: number;
  readonly versions: readonly string[];
  /** Verified when all its instances are; absent: none names an identity. */
  readonly trust?: "verified" | "claimed";
  readonly instances: readonly (RosterEntry & { readonly lastBeatAgeS?: number })[];
}

const order: readonly RosterState[] = ["ready", "online", "starting", "silent", "degraded", "draining", "offline"];

/** In order of agent, owner and name. `nowMs`: the roster's clock. */
export function groupAgents(entries: readonly RosterEntry[], nowMs: number): ListedAgent[] {
  const withAge = entries.map((entry) => ({
    ...entry,
    ...(entry.lastBeatMs === undefined
      ? {}
      : { lastBeatAgeS: Math.max(0, Math.round((nowMs - entry.lastBeatMs) / 100) / 10) }),
  }));
  const groups = Map.groupBy(withAge, ({ agent, owner, name }) => JSON.stringify([agent, owner, name]));
  return [...groups.values()].flatMap((instances) => {
    const [best] = instances.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
    if (best === undefined) return [];
    const ages = instances.flatMap(({ lastBeatAgeS }) => lastBeatAgeS ?? []);
    return [
      {
        agent: best.agent,
        owner: best.owner,
        name: best.name,
        state: best.state,
        ...(best.reason === undefined ? {} : { reason: best.reason }),
        ...(ages.length === 0 ? {} : { lastBeatAgeS: Math.min(...ages) }),
        ...trustOf(instances),
        versions: [...new Set(instances.flatMap(({ version }) => version ?? []))],
        instances,
      },
    ];
  });
}

function trustOf(instances: readonly RosterEntry[]): Pick<ListedAgent, "trust"> {
  if (instances.every(({ trust }) => trust === undefined)) return {};
  return { trust: instances.every(({ trust }) => trust === "verified") ? "verified" : "claimed" };
}
