// All approvals of one runtime that wait for their answer, whoever gives it first: a caller by its signed answer, or the local operator. Each is
// recorded before anybody acts on it.

import type { Logger } from "../../telemetry/log.ts";
import { AskingAgent, type ApprovingAgent } from "./asking-agent.ts";
import type { AgentApprovals, ApprovalRecord, PendingApproval, Verdict } from "./contract.ts";
import type { ApprovalRecords } from "./records.ts";

/** Waiting at once; more are a no. */
const maxPending = 64;

export type ApprovalEvent =
  | { readonly type: "asked"; readonly approval: PendingApproval }
  | { readonly type: "decided"; readonly record: ApprovalRecord };

export interface DeskPorts {
  readonly records: ApprovalRecords;
  readonly log: Logger;
  /** In ms since 1970. */
  readonly now?: () => number;
}

export interface Waiting {
  readonly approval: PendingApproval;
  /** Undefined: it was decided before. */
  readonly decide: (verdict: Verdict) => ApprovalRecord | undefined;
}

export class ApprovalDesk {
  readonly #ports: DeskPorts;
  readonly #waiting = new Map<string, Waiting>();
  readonly #listeners = new Set<(event: ApprovalEvent) => void>();

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** For one agent, until that is closed. */
  forAgent(agent: ApprovingAgent): AgentApprovals {
    return new AskingAgent(agent, this);
  }

  /** In ms since 1970. */
  now(): number {
    return this.#ports.now?.() ?? Date.now();
  }

  /** Oldest first. */
  pending(): readonly PendingApproval[] {
    return [...this.#waiting.values()].map(({ approval }) => approval);
  }

  /** What the local operator says. Undefined: nothing of this id waits. */
  decide(id: string, verdict: Verdict): ApprovalRecord | undefined {
    return this.#waiting.get(id)?.decide(verdict);
  }

  /** Told of what is asked and decided from now on. Returns what ends it. */
  follow(listener: (event: ApprovalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** False: too many wait, or one of this id. */
  enter(waiting: Waiting): boolean {
    const { approval } = waiting;
    if (this.#waiting.size >= maxPending || this.#waiting.has(approval.id)) return false;
    this.#waiting.set(approval.id, waiting);
    this.#tell({ type: "asked", approval });
    return true;
  }

  leave(id: string): void {
    this.#waiting.delete(id);
  }

  /** Keeps what was decided, and returns what holds: a no where it could not be kept. */
  record(decided: ApprovalRecord): ApprovalRecord {
    const record = this.#kept(decided);
    const { agent, turn, id, tool, action, answer, by, name, reason } = record;
    this.#ports.log.info("Approval", { agent, turn, id, tool, action, answer, by, name, reason });
    this.#tell({ type: "decided", record });
    return record;
  }

  #kept(record: ApprovalRecord): ApprovalRecord {
    try {
      this.#ports.records.add(record);
      return record;
    } catch (error) {
      const { agent, id } = record;
      this.#ports.log.error("An approval cannot be recorded, so that it is a no", { agent, id, error });
      return { ...record, answer: "no", by: "nobody", reason: "its record cannot be written" };
    }
  }

  #tell(event: ApprovalEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
