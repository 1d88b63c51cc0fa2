// The agents on the bus as the tools of our own agents see them: found by discovery, kept true by heartbeats (§4, §8).

import { formatAgentId } from "../../protocol/agent-id.ts";
import type { AgentRecord } from "../../protocol/registration.ts";
import { isIdentityProven } from "../../protocol/registration.ts";
import { neutralise } from "../../telemetry/neutralise.ts";
import type { RemoteAgent } from "../../tool/agents/port.ts";
import { type FoundAgent, groupInstances } from "../calling/address.ts";
import type { Discovery } from "../calling/discovery.ts";
import { Roster, type RosterEntry, type RosterState } from "../calling/roster.ts";
import { type AgentWatch, watchAgents } from "../calling/watch-agents.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { RequestSender } from "../identity/request-sender.ts";
import { sha256Hex, verifySignature } from "../identity/signatures.ts";

/** Who began to beat is asked for its record no sooner than this after the last time. */
const strangerMs = 2_000;
/** Descriptions change without a beat that says so. */
const refreshMs = 300_000;
/** A list older than this is made anew when it is wanted. */
const listMs = 1_000;
const maxDescriptionLength = 1_000;

const fitness: Readonly<Record<RosterState, number | "gone">> = {
  ready: 0,
  online: 0,
  starting: 1,
  silent: 2,
  draining: 3,
  degraded: 4,
  offline: "gone",
};

export interface DirectoryAgent extends RemoteAgent {
  readonly found: FoundAgent;
}

export class AgentDirectory {
  readonly #bus: BusConnection;
  readonly #sender: RequestSender;
  readonly #onProblem: (error: unknown) => void;
  #roster: Roster;
  #users = 0;
  #watch: AgentWatch | undefined;
  #ends: (() => void)[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  #list: { readonly agents: readonly DirectoryAgent[]; readonly madeMs: number } | undefined;

  /** `onProblem`: a look at who is there failed; it is done again later. */
  constructor(bus: BusConnection, sender: RequestSender, onProblem: (error: unknown) => void) {
    this.#bus = bus;
    this.#sender = sender;
    this.#onProblem = onProblem;
    this.#roster = this.#newRoster();
  }

  follow(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    let isFollowed = true;
    return () => {
      if (!isFollowed) return;
      isFollowed = false;
      this.#users -= 1;
      if (this.#users === 0) this.#stop();
    };
  }

  /** Ends everything, whoever follows. */
  close(): void {
    this.#users = 0;
    this.#stop();
  }

  agents(): readonly DirectoryAgent[] {
    const nowMs = performance.now();
    if (this.#list === undefined || nowMs - this.#list.madeMs > listMs)
      this.#list = { agents: agentsOf(this.#roster), madeMs: nowMs };
    return this.#list.agents;
  }

  find(address: string): DirectoryAgent | undefined {
    return this.agents().find((agent) => agent.address === address);
  }

  /** Rejects with a `CallError`. Those who answered, and no others. */
  async discover(signal: AbortSignal): Promise<readonly DirectoryAgent[]> {
    const end = this.follow();
    try {
      const { agents } = await this.#ask(signal);
      const answered = new Set(agents.map(({ promptSubject }) => promptSubject));
      return agentsOf(this.#roster, new Set(agents.map(({ instanceId }) => instanceId))).filter(({ address }) =>
        answered.has(address),
      );
    } finally {
      end();
    }
  }

  async #ask(signal?: AbortSignal): Promise<Discovery> {
    const watch = this.#watch;
    if (watch === undefined) return { agents: [], unusable: [] };
    this.#askedMs = performance.now();
    return watch.discover(signal === undefined ? {} : { signal });
  }

  #newRoster(): Roster {
    return new Roster(() => performance.now(), {
      signatures: { sha256: sha256Hex, verify: verifySignature },
      onChange: () => {
        this.#list = undefined;
      },
    });
  }

  /** Afresh: whose beats were not listened for would seem to have stopped. */
  #start(): void {
    this.#list = undefined;
    this.#roster = this.#newRoster();
    this.#watch = watchAgents(this.#bus, this.#roster, this.#sender);
    const timer = setInterval(() => {
      const quietMs = performance.now() - this.#askedMs;
      if (quietMs > refreshMs || (quietMs > strangerMs && this.#roster.hasStrangers())) void this.#look();
    }, strangerMs / 2);
    const stopStatus = this.#bus.onStatus(({ state }) => {
      if (state === "connected") void this.#look();
    });
    this.#ends = [() => clearInterval(timer), stopStatus];
    void this.#look();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isAsking || !this.#bus.isConnected()) return;
    this.#isAsking = true;
    try {
      await this.#ask();
    } catch (error) {
      this.#onProblem(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
    this.#watch?.close();
    this.#watch = undefined;
  }
}

/** `only`: the instances that count. */
function agentsOf(roster: Roster, only?: ReadonlySet<string>): readonly DirectoryAgent[] {
  const entries = roster.entries().filter(({ instanceId }) => only === undefined || only.has(instanceId));
  const byId = new Map(entries.map((entry) => [entry.instanceId, entry]));
  return groupInstances(entries.flatMap(({ record }) => record ?? [])).map((found) => describe(found, byId));
}

function describe(found: FoundAgent, byId: ReadonlyMap<string, RosterEntry>): DirectoryAgent {
  const { instances, target } = found;
  const proven = instances.find((record) => isIdentityProven(record, verifySignature));
  const [first] = instances;
  const shown = proven ?? first;
  const members = instances.flatMap(({ instanceId }) => byId.get(instanceId) ?? []);
  return {
    found,
    address: target.promptSubject,
    agent: shown?.agent ?? "",
    owner: shown?.owner ?? "",
    name: shown?.name ?? "",
    description: plainDescription(shown),
    ...(shown?.identity === undefined ? {} : { identity: formatAgentId(shown.identity) }),
    isIdentityVerified: proven !== undefined,
    requiresSignedPrompts: target.minSenderTrust === "signed",
    acceptsAttachments: target.acceptsAttachments,
    instances: instances.length,
    fitness: bestOf(members),
    load: members.reduce((sum, { inFlight = 0, queued = 0 }) => sum + inFlight + queued, 0),
  };
}

function bestOf(members: readonly RosterEntry[]): number | "gone" {
  const alive = members.flatMap(({ state }) => {
    const worth = fitness[state];
    return worth === "gone" ? [] : [worth];
  });
  return alive.length === 0 ? "gone" : Math.min(...alive);
}

function plainDescription(record: AgentRecord | undefined): string {
  return neutralise(record?.description ?? "").slice(0, maxDescriptionLength);
}
