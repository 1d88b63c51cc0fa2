// Sees to it that two runtimes do not share one address by accident: before an agent serves, its address's status endpoint is asked; then the
// heartbeats of its address are heard.

import type { Heartbeat } from "../../protocol/heartbeat.ts";
import { decodeHeartbeat, missedBeats } from "../../protocol/heartbeat.ts";
import type { AgentAddress } from "../../protocol/subjects.ts";
import { agentSubject } from "../../protocol/subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import { askInstance } from "./ask-instance.ts";
import { isWithdrawn, judgeClaim, servingInstance } from "./address-rule.ts";
import type { BusConnection, BusSubscription } from "../connection/connection.ts";
import type { ProbeInbox } from "../connection/probe-inbox.ts";
import { isNoResponders } from "../connection/probe-inbox.ts";

/** No answer in this time: whoever holds the status subject is not well enough to serve. */
const askMs = 500;
const tickMs = 500;
/** However seldom another says that it beats. */
const longestIntervalS = 3_600;

export interface Claimant {
  readonly address: AgentAddress;
  readonly instanceId: string;
  /** The address is ours to serve. Called when the claim is first settled, and each time that another gives the address up. */
  onFree(): void;
  /** Another instance serves it. May be the first call. */
  onTaken(byInstanceId: string): void;
}

type ClaimState = "unasked" | "asking" | "serving" | "withdrawn" | "over";

interface Claim {
  readonly claimant: Claimant;
  state: ClaimState;
  /** While withdrawn: who serves, and until when its silence is no sign. */
  otherId: string;
  otherDeadlineMs: number;
}

export class AddressClaims {
  readonly #connection: BusConnection;
  readonly #inbox: ProbeInbox;
  readonly #log: Logger;
  /** By heartbeat subject: more than one while an agent is replaced. */
  readonly #claims = new Map<string, Set<Claim>>();
  readonly #ownIds = new Set<string>();
  readonly #beats = new Map<string, { readonly subscription: BusSubscription; users: number }>();
  readonly #withdrawn = new Set<Claim>();
  /** Those for which another instance is asked whether it serves. */
  readonly #doubted = new Set<Claim>();
  readonly #stopListening: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(connection: BusConnection, inbox: ProbeInbox, log: Logger) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#log = log;
    this.#stopListening = connection.onStatus(({ state }) => {
      if (state === "connected") this.#askUnasked();
    });
  }

  /** Claims until the returned function is called. Settled at once when connected, else as soon as that is so. */
  add(claimant: Claimant): () => void {
    const subject = agentSubject("hb", claimant.address);
    const claim: Claim = { claimant, state: "unasked", otherId: "", otherDeadlineMs: 0 };
    this.#ownIds.add(claimant.instanceId);
    const claims = this.#claims.get(subject);
    if (claims === undefined) this.#claims.set(subject, new Set([claim]));
    else claims.add(claim);
    this.#listen(claimant.address);
    // It replaces one of ours that serves: there is nobody to ask, and no moment without either of them.
    if (claims !== undefined && [...claims].some(({ state }) => state === "serving")) this.#serve(claim);
    else if (this.#connection.isConnected()) this.#ask(claim);
    return () => this.#remove(subject, claim);
  }

  close(): void {
    this.#stopListening();
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { subscription } of this.#beats.values()) subscription.unsubscribe();
    this.#beats.clear();
    for (const claims of this.#claims.values()) for (const claim of claims) claim.state = "over";
    this.#claims.clear();
    this.#withdrawn.clear();
  }

  #remove(subject: string, claim: Claim): void {
    const claims = this.#claims.get(subject);
    if (claims?.delete(claim) !== true) return;
    claim.state = "over";
    if (claims.size === 0) this.#claims.delete(subject);
    this.#ownIds.delete(claim.claimant.instanceId);
    this.#withdrawn.delete(claim);
    this.#unlisten(claim.claimant.address);
  }

  #listen(address: AgentAddress): void {
    const subject = neighbourBeats(address);
    const known = this.#beats.get(subject);
    if (known !== undefined) {
      known.users++;
      return;
    }
    const subscription = this.#connection.subscribe(subject, (message) =>
      this.#hear(message.subject, message.string()),
    );
    this.#beats.set(subject, { subscription, users: 1 });
  }

  #unlisten(address: AgentAddress): void {
    const subject = neighbourBeats(address);
    const known = this.#beats.get(subject);
    if (known === undefined || --known.users > 0) return;
    known.subscription.unsubscribe();
    this.#beats.delete(subject);
  }

  #askUnasked(): void {
    for (const claims of this.#claims.values()) {
      for (const claim of claims) if (claim.state === "unasked") this.#ask(claim);
    }
  }

  #ask(claim: Claim): void {
    claim.state = "asking";
    const settle = (other: Heartbeat | undefined): void => {
      clearTimeout(timer);
      place.close();
      if (claim.state !== "asking") return;
      if (other === undefined || !this.#isServedByOther(other)) this.#serve(claim);
      else this.#withdraw(claim, other);
    };
    const timer = setTimeout(() => settle(undefined), askMs);
    const place = this.#inbox.open((message) =>
      settle(isNoResponders(message) ? undefined : decodeHeartbeat(message.string())),
    );
    const { address } = claim.claimant;
    if (this.#connection.publish(agentSubject("status", address), "", { reply: place.subject })) return;
    clearTimeout(timer);
    place.close();
    claim.state = "unasked"; // Asked again once connected.
  }

  /** Whoever answers for an address that we do not serve yet keeps it, unless it is leaving or one of ours. */
  #isServedByOther(other: Heartbeat): boolean {
    return (
      other.state !== "draining" && !this.#ownIds.has(servingInstance(other)) && !this.#ownIds.has(other.instance_id)
    );
  }

  #hear(subject: string, payload: string): void {
    const claims = this.#claims.get(subject);
    if (claims === undefined) return;
    for (const { claimant } of claims) if (payload.includes(claimant.instanceId) && claims.size === 1) return;
    const other = decodeHeartbeat(payload);
    if (other === undefined || this.#ownIds.has(other.instance_id)) return;
    for (const claim of [...claims]) this.#weigh(claim, other);
  }

  #weigh(claim: Claim, other: Heartbeat): void {
    if (claim.state === "serving") {
      if (judgeClaim(other, claim.claimant.instanceId) === "serves") this.#withdrawFor(claim, other);
    } else if (claim.state === "withdrawn") {
      if (other.state === "draining" && other.instance_id === claim.otherId) this.#serve(claim);
      else if (judgeClaim(other, claim.claimant.instanceId) !== "idle") extend(claim, other);
    }
  }

  /** Only for who is there: one heartbeat, late or made up, takes no agent off its address. */
  #withdrawFor(claim: Claim, other: Heartbeat): void {
    if (this.#doubted.has(claim)) return;
    this.#doubted.add(claim);
    const promptSubject = agentSubject("prompt", claim.claimant.address);
    askInstance(this.#connection, this.#inbox, { instanceId: other.instance_id, promptSubject }, (serves) => {
      this.#doubted.delete(claim);
      if (serves && claim.state === "serving") this.#withdraw(claim, other);
    });
  }

  #serve(claim: Claim): void {
    claim.state = "serving";
    this.#withdrawn.delete(claim);
    this.#disarmIfIdle();
    claim.claimant.onFree();
  }

  #withdraw(claim: Claim, other: Heartbeat): void {
    claim.state = "withdrawn";
    claim.otherId = servingInstance(other);
    extend(claim, other);
    this.#withdrawn.add(claim);
    this.#timer ??= setInterval(this.#tick, tickMs);
    const { address } = claim.claimant;
    this.#log.warn("Another runtime serves this address; not serving it here", {
      agent: address.name,
      instance: claim.otherId,
    });
    claim.claimant.onTaken(claim.otherId);
  }

  readonly #tick = (): void => {
    const now = performance.now();
    for (const claim of [...this.#withdrawn]) {
      if (!this.#connection.isConnected())
        claim.otherDeadlineMs += tickMs; // Silence while we are deaf is no sign.
      else if (now > claim.otherDeadlineMs) this.#serve(claim);
    }
    this.#disarmIfIdle();
  };

  #disarmIfIdle(): void {
    if (this.#withdrawn.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function neighbourBeats({ agent, owner }: AgentAddress): string {
  return `agents.hb.${agent}.${owner}.*`;
}

function extend(claim: Claim, other: Heartbeat): void {
  if (!isWithdrawn(other)) claim.otherId = other.instance_id;
  claim.otherDeadlineMs = performance.now() + missedBeats * Math.min(other.interval_s, longestIntervalS) * 1_000;
}
