// What an instance's word on whose agent it is, is worth: by the signatures of its registration and of its heartbeats (§13.10, §13.11).

import { formatAgentId } from "../../protocol/agent-id.ts";
import type { AgentRecord, RegisteredIdentity } from "../../protocol/registration.ts";
import { isIdentityProven } from "../../protocol/registration.ts";
import type { ArrivedBeat, LastSigned, SignatureChecks } from "./beat-sender.ts";
import { beatSender } from "./beat-sender.ts";

export interface TrustFields {
  /** An agent ID. */
  readonly identity?: string;
  readonly trust?: "verified" | "claimed";
  /** Why its latest heartbeats do not count. */
  readonly beatProblem?: string;
}

export class InstanceTrust {
  readonly #checks: SignatureChecks | undefined;
  #identity: RegisteredIdentity | undefined;
  /** All that the registration's signature covers, and itself. */
  #registered = "";
  #isProven = false;
  #hasBeaten = false;
  /** Who signed the last beat that counts. */
  #beatUser: string | undefined;
  #lastSigned: LastSigned | undefined;
  #problem: string | undefined;

  /** Without checks every identity is a claim, and no heartbeat is refused. */
  constructor(checks: SignatureChecks | undefined) {
    this.#checks = checks;
  }

  registered(record: AgentRecord): void {
    const { identity, agent, owner, promptSubject } = record;
    const registered = JSON.stringify([identity, agent, owner, promptSubject]);
    if (registered === this.#registered) return;
    this.#registered = registered;
    this.#identity = identity;
    this.#isProven = this.#checks !== undefined && isIdentityProven(record, this.#checks.verify);
  }

  /** Whether the heartbeat counts. */
  heard(arrived: ArrivedBeat): boolean {
    if (this.#checks === undefined) return true;
    const sender = beatSender(arrived, this.#lastSigned, { ...this.#checks, nowMs: Date.now() });
    this.#problem = sender.type === "refused" ? sender.problem : undefined;
    if (sender.type === "refused") return false;
    this.#hasBeaten = true;
    this.#beatUser = sender.type === "signed" ? sender.sender.user : undefined;
    if (sender.type === "signed") this.#lastSigned = sender.last;
    return true;
  }

  /** Verified: whoever registered it holds the user's seed, and so does whoever sends its beats, where some were heard. */
  fields(): TrustFields {
    const problem = this.#problem === undefined ? {} : { beatProblem: this.#problem };
    const identity = this.#identity;
    if (identity === undefined) return problem;
    const isVerified = this.#isProven && (!this.#hasBeaten || this.#beatUser === identity.user);
    return { identity: formatAgentId(identity), trust: isVerified ? "verified" : "claimed", ...problem };
  }
}
