// Who is on the bus, instance by instance, from service records, heartbeats and status answers (§3, §8). Knows no NATS: it is told.

import type { AgentState, Heartbeat } from "../../protocol/heartbeat.ts";
import { decodeHeartbeat, missedBeats } from "../../protocol/heartbeat.ts";
import type { AgentRecord, UnusableRecord } from "../../protocol/registration.ts";
import { parseAgentSubject } from "../../protocol/subjects.ts";
import type { SignatureChecks } from "./beat-sender.ts";
import { InstanceTrust, type TrustFields } from "./instance-trust.ts";

/**
 * `online`: it beats, and says no more. `silent`: registered, but no beat was seen, or it left the last discovery unanswered and was not heard
 * since. `offline`: three intervals without a beat.
 */
export type RosterState = AgentState | "online" | "silent" | "offline";

export interface RosterEntry extends TrustFields {
  readonly instanceId: string;
  readonly agent: string;
  readonly owner: string;
  readonly name: string;
  readonly state: RosterState;
  /** Why it is degraded, or cannot be used. */
  readonly reason?: string;
  /** Time of the last beat, in ms of the roster's clock. */
  readonly lastBeatMs?: number;
  readonly intervalS?: number;
  readonly inFlight?: number;
  readonly queued?: number;
  readonly model?: string;
  /** It serves as its manifest's file last was, which has problems now. */
  readonly isLastGood?: boolean;
  /** Of the harness. */
  readonly version?: string;
  /** Absent: only heartbeats were seen. */
  readonly record?: AgentRecord;
}

interface Instance {
  record?: AgentRecord;
  beat?: Heartbeat;
  name?: string;
  lastBeatMs?: number;
  seenMs: number;
  /** It left a whole discovery unanswered, and was not heard since. */
  isMissing?: boolean;
  readonly trust: InstanceTrust;
}

export interface RosterLimits {
  /** Instances kept; default 20,000. New ones beyond it are not taken in. */
  readonly maxInstances?: number;
  /** An instance that neither answers nor beats is forgotten after this; default 10 min. */
  readonly forgetMs?: number;
  /** Default none: all identities are claims, and no heartbeat is refused. */
  readonly signatures?: SignatureChecks;
  /** Told of everything that is taken in. */
  readonly onChange?: () => void;
}

/** Longest interval that is believed: a longer one would make an agent immortal. */
const maxIntervalS = 86_400;

export class Roster {
  readonly #now: () => number;
  readonly #maxInstances: number;
  readonly #forgetMs: number;
  readonly #signatures: SignatureChecks | undefined;
  readonly #instances = new Map<string, Instance>();
  readonly #onChange: () => void;
  #unusable: readonly UnusableRecord[] = [];

  /** `now`: a clock in ms. */
  constructor(now: () => number, limits: RosterLimits = {}) {
    this.#now = now;
    this.#maxInstances = limits.maxInstances ?? 20_000;
    this.#forgetMs = limits.forgetMs ?? 600_000;
    this.#signatures = limits.signatures;
    this.#onChange = limits.onChange ?? (() => undefined);
  }

  /** The roster's clock. */
  nowMs(): number {
    return this.#now();
  }

  /** Takes in a discovery. */
  discovered(agents: readonly AgentRecord[], unusable: readonly UnusableRecord[]): void {
    for (const record of agents) {
      const instance = this.#instance(record.instanceId);
      if (instance === undefined) continue;
      instance.record = record;
      instance.isMissing = false;
      instance.trust.registered(record);
    }
    this.#unusable = unusable;
    this.#onChange();
  }

  /** A whole discovery that began at `sinceMs` brought these: registered instances that are not among them, and were not heard since, are silent. */
  missed(agents: readonly AgentRecord[], sinceMs: number): void {
    const found = new Set(agents.map(({ instanceId }) => instanceId));
    for (const [id, instance] of this.#instances) {
      if (instance.record === undefined || found.has(id) || (instance.lastBeatMs ?? 0) >= sinceMs) continue;
      instance.isMissing = true;
    }
  }

  /** Whether an instance beats that no discovery has brought yet. */
  hasStrangers(): boolean {
    const unusable = new Set(this.#unusable.map(({ instanceId }) => instanceId));
    for (const [id, { record }] of this.#instances) if (record === undefined && !unusable.has(id)) return true;
    return false;
  }

  /**
   * Takes in what arrived on a heartbeat subject; anything else than a heartbeat is ignored, and so is one whose signature fails.
   * `senderHeaders`: all values of its `Agent-Sender` header.
   */
  beat(payload: string, subject: string, senderHeaders: readonly string[] = []): void {
    const beat = decodeHeartbeat(payload);
    const name = parseAgentSubject(subject)?.address.name;
    if (beat === undefined || name === undefined) return;
    const trust = this.#instances.get(beat.instance_id)?.trust ?? new InstanceTrust(this.#signatures);
    if (!trust.heard({ beat, payload, subject, senderHeaders })) return;
    const instance = this.#instance(beat.instance_id, trust);
    if (instance === undefined) return;
    instance.name = name;
    this.#keep(instance, beat);
  }

  /** Takes in a status endpoint's answer, of an instance that is known: the answer does not say its name (§8.7). */
  answered(payload: string): void {
    const beat = decodeHeartbeat(payload);
    const instance = beat === undefined ? undefined : this.#instances.get(beat.instance_id);
    if (beat !== undefined && instance !== undefined) this.#keep(instance, beat);
  }

  /** Registered instances that no beat was seen of, or that a discovery missed. */
  silent(): AgentRecord[] {
    return [...this.#instances.values()].flatMap(({ record, beat, isMissing }) =>
      record === undefined || (beat !== undefined && isMissing !== true) ? [] : [record],
    );
  }

  /** In order of agent, owner, name and instance id. */
  entries(): RosterEntry[] {
    this.#forget();
    return [...this.#instances]
      .map(([instanceId, instance]) => this.#entry(instanceId, instance))
      .sort((a, b) => compare(sortKey(a), sortKey(b)));
  }

  /** Services named "agents" that the last discovery could not use. */
  unusable(): readonly UnusableRecord[] {
    return this.#unusable;
  }

  #keep(instance: Instance, beat: Heartbeat): void {
    instance.beat = beat;
    instance.lastBeatMs = this.#now();
    instance.isMissing = false;
    this.#onChange();
  }

  #instance(id: string, trust = new InstanceTrust(this.#signatures)): Instance | undefined {
    const known = this.#instances.get(id);
    if (known !== undefined) {
      known.seenMs = this.#now();
      return known;
    }
    if (this.#instances.size >= this.#maxInstances) return undefined;
    const instance: Instance = { seenMs: this.#now(), trust };
    this.#instances.set(id, instance);
    return instance;
  }

  #forget(): void {
    const oldest = this.#now() - this.#forgetMs;
    for (const [id, instance] of this.#instances) {
      if (instance.seenMs < oldest && this.#isOffline(instance)) this.#instances.delete(id);
    }
  }

  #isOffline({ beat, lastBeatMs }: Instance): boolean {
    if (beat === undefined || lastBeatMs === undefined) return true;
    return this.#now() - lastBeatMs > missedBeats * Math.min(beat.interval_s, maxIntervalS) * 1000;
  }

  #state(instance: Instance): RosterState {
    if (instance.beat === undefined) return "silent";
    if (this.#isOffline(instance)) return "offline";
    return instance.isMissing === true ? "silent" : (instance.beat.state ?? "online");
  }

  #entry(instanceId: string, instance: Instance): RosterEntry {
    const { record, beat, name, lastBeatMs } = instance;
    const version = record?.version ?? beat?.version;
    return {
      instanceId,
      agent: record?.agent ?? beat?.agent ?? "",
      owner: record?.owner ?? beat?.owner ?? "",
      name: record?.name ?? name ?? "",
      state: this.#state(instance),
      ...(lastBeatMs === undefined ? {} : { lastBeatMs }),
      ...(beat === undefined ? {} : beatFields(beat)),
      ...(version === undefined ? {} : { version }),
      ...instance.trust.fields(),
      ...(record === undefined ? {} : { record }),
    };
  }
}

function beatFields(beat: Heartbeat): Partial<RosterEntry> {
  return {
    intervalS: beat.interval_s,
    ...(beat.reason === undefined ? {} : { reason: beat.reason }),
    ...(beat.in_flight === undefined ? {} : { inFlight: beat.in_flight }),
    ...(beat.queued === undefined ? {} : { queued: beat.queued }),
    ...(beat.model === undefined ? {} : { model: beat.model }),
    ...(beat.last_good === true ? { isLastGood: true } : {}),
  };
}

function sortKey({ agent, owner, name, instanceId }: RosterEntry): string {
  return [agent, owner, name, instanceId].join("\0");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
