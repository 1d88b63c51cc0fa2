// The state that an agent tells, and why: put together from what its handler, its address, the server and the operator say.

import type { AgentState } from "../../protocol/heartbeat.ts";
import { ServiceError } from "../../protocol/service-error.ts";
import { takenReason } from "./address-rule.ts";
import type { ServiceHealth } from "./service-port.ts";
import type { Forbidden } from "./wire-permissions.ts";

const heldReason = "told to take no prompts";

/** What is known of one agent. */
export interface Facts {
  health: ServiceHealth;
  /** The instance that serves the address in our stead. */
  takenBy: string | undefined;
  /** What the server's permissions keep it from. */
  forbidden: Forbidden | undefined;
  /** It is registered. */
  isActive: boolean;
  /** The operator told it to take no prompts. */
  isHeld: boolean;
  isDraining: boolean;
  /** What is wrong and keeps no prompt from being served. */
  note: string | undefined;
}

export interface Condition {
  readonly state: AgentState;
  readonly reason?: string;
}

export class AgentCondition {
  /** Set directly where a beat follows anyway; elsewhere by `change`. */
  readonly facts: Facts = {
    health: { state: "starting" },
    takenBy: undefined,
    forbidden: undefined,
    isActive: false,
    isHeld: false,
    isDraining: false,
    note: undefined,
  };
  readonly #announce: () => void;

  /** `announce`: the state, or its reason, is another. */
  constructor(announce: () => void) {
    this.#announce = announce;
  }

  change(act: (facts: Facts) => void): void {
    const before = this.told();
    act(this.facts);
    const { state, reason } = this.told();
    if (state !== before.state || reason !== before.reason) this.#announce();
  }

  told(): Condition {
    const { note } = this.facts;
    const condition = this.#withoutNote();
    return note === undefined || condition.reason !== undefined ? condition : { ...condition, reason: note };
  }

  #withoutNote(): Condition {
    const { health, takenBy, forbidden, isActive, isHeld, isDraining } = this.facts;
    if (isDraining) return { state: "draining" };
    if (isHeld) return { state: "draining", reason: heldReason };
    if (takenBy !== undefined) return { state: "degraded", reason: takenReason(takenBy) };
    if (forbidden !== undefined) {
      return { state: "degraded", reason: `NATS permissions forbid to ${forbidden.act} to "${forbidden.subject}"` };
    }
    if (!isActive && health.state === "ready") return { state: "starting" }; // Nobody can prompt it yet.
    return health.state === "degraded" ? { state: "degraded", reason: health.reason } : { state: health.state };
  }

  /** Why a prompt of our own cannot be served now: a caller's does not even arrive where none are taken. */
  ownRefusal(): ServiceError | undefined {
    const { isDraining, isHeld } = this.facts;
    if (isDraining || isHeld)
      return new ServiceError(500, "shutting_down", "The agent takes no prompts now", { retry_after_s: 2 });
    return this.refusal();
  }

  /** Why a prompt cannot be served now. */
  refusal(): ServiceError | undefined {
    const { takenBy, health } = this.facts;
    if (takenBy !== undefined) {
      return new ServiceError(500, "address_taken", "Another runtime serves this address", { retry_after_s: 1 });
    }
    return health.state === "degraded" ? health.error : undefined;
  }
}
