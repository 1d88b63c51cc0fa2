// Who is on the bus: once, or for as long as one watches.

import { groupInstances } from "../bus/calling/address.ts";
import type { CallTarget } from "../bus/calling/call-request.ts";
import type { Roster, RosterEntry, RosterState } from "../bus/calling/roster.ts";
import { Roster as NewRoster } from "../bus/calling/roster.ts";
import { watchAgents } from "../bus/calling/watch-agents.ts";
import type { Connection } from "./connect.ts";

/** One agent: every instance that shares its prompt subject. */
export interface Agent {
  /** `agent/owner/name`: what `prompt` takes, too. */
  readonly address: string;
  /** The harness. */
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  readonly description: string;
  /** The best of its instances' states. `offline` missed three beats; `silent` is registered and was not heard. */
  readonly state: RosterState;
  /** Why it is degraded. */
  readonly reason?: string;
  readonly instances: readonly RosterEntry[];
  /** What a prompt must keep to. */
  readonly target: CallTarget;
}

/** Which agents, and how long to wait for them. */
export interface DiscoverOptions {
  readonly agent?: string;
  readonly owner?: string;
  readonly name?: string;
  /** Ends this long after the last answer; default 750 ms (§4). */
  readonly stallMs?: number;
  /** Ends then at the latest; default 2 s. */
  readonly maxWaitMs?: number;
  /** How long the status of those that have not beaten yet is waited for; default 1 s. */
  readonly statusMs?: number;
  /** Ends at once with what has come. */
  readonly signal?: AbortSignal;
}

/**
 * Asks who is there, and whether they are well: an agent whose beats stopped is `offline`, never `ready`. In order of address. Throws a
 * `CallError` when the bus is gone or does not let us ask.
 */
export async function discover(connection: Connection, options: DiscoverOptions = {}): Promise<Agent[]> {
  const live = watch(connection);
  try {
    await live.refresh(options);
    return live.agents(options);
  } finally {
    live.close();
  }
}

/** A list that heartbeats keep true. Close it when done. */
export interface LiveAgents {
  /** Asks who is there now; heartbeats alone do not say what an agent takes. */
  refresh(options?: DiscoverOptions): Promise<void>;
  /** The agents known now that the filter lets through, in order of address. */
  agents(filter?: Pick<DiscoverOptions, "agent" | "owner" | "name">): Agent[];
  close(): void;
}

/** Listens to every heartbeat from now on. Call `refresh` once to know the agents, and again to learn of new ones. */
export function watch(connection: Connection): LiveAgents {
  const roster = new NewRoster(() => performance.now());
  const watching = watchAgents(connection, roster);
  return {
    refresh: (options = {}) => watching.refresh(options),
    agents: (filter = {}) => agentsOf(roster).filter((agent) => isWanted(agent, filter)),
    close: () => watching.close(),
  };
}

function agentsOf(roster: Roster): Agent[] {
  const entries = roster.entries();
  const byId = new Map(entries.map((entry) => [entry.instanceId, entry]));
  const records = entries.flatMap(({ record }) => record ?? []);
  return groupInstances(records).flatMap(({ address, instances, target }) => {
    const [first] = instances;
    const members = instances.flatMap(({ instanceId }) => byId.get(instanceId) ?? []);
    const best = bestOf(members);
    if (first === undefined || best === undefined) return [];
    const { agent, owner, name, description } = first;
    const reason = best.reason === undefined ? {} : { reason: best.reason };
    return [{ address, agent, owner, name, description, state: best.state, ...reason, instances: members, target }];
  });
}

const order: readonly RosterState[] = ["ready", "online", "starting", "draining", "degraded", "silent", "offline"];

function bestOf(entries: readonly RosterEntry[]): RosterEntry | undefined {
  return [...entries].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
}

function isWanted(agent: Agent, filter: Pick<DiscoverOptions, "agent" | "owner" | "name">): boolean {
  return (
    (filter.agent ?? agent.agent) === agent.agent &&
    (filter.owner ?? agent.owner) === agent.owner &&
    (filter.name ?? agent.name) === agent.name
  );
}
