// Who a runtime is on NATS, kept true over reconnects: what its registrations say, and what its heartbeats are signed with (§13.10, §13.11).

import { formatAgentId } from "../../protocol/agent-id.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import { ownIdentity } from "./own-identity.ts";
import type { SigningIdentity } from "./signer.ts";

/** Between two tries, longer each time: a server that does not let us ask says so in its log. */
const firstRetryMs = 10_000;
const longestRetryMs = 600_000;

export class HostIdentity {
  readonly #connection: BusConnection;
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #current: SigningIdentity | undefined;
  #isPending = true;
  /** Which question is the latest: answers to earlier ones count no more. */
  #asked = 0;
  #lastProblem = "";
  #retryMs = firstRetryMs;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: BusConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
    this.#stopListening = connection.onStatus(({ state }) => {
      if (state !== "connected") return;
      this.#retryMs = firstRetryMs;
      void this.#learn();
    });
    if (connection.isConnected()) void this.#learn();
  }

  /** Undefined: we hold no seed, or do not know our account. */
  current(): SigningIdentity | undefined {
    return this.#current;
  }

  /** A seed is held, and it is not known yet for whom: soon it is, or that it cannot be. */
  isPending(): boolean {
    return this.#isPending;
  }

  /** Called when it is settled or another; returns what removes it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#retry);
    this.#asked += 1;
    this.#listeners.clear();
  }

  /** Never rejects. */
  async #learn(): Promise<void> {
    clearTimeout(this.#retry);
    const question = ++this.#asked;
    const { jwt, signer } = this.#connection.credentials();
    if (signer === undefined) {
      this.#settle(undefined);
      return;
    }
    // The same user after a reconnect is the same identity until it is known otherwise.
    if (this.#current?.signer.user !== signer.user) {
      this.#current = undefined;
      this.#isPending = true;
    }
    const found = await ownIdentity(this.#connection, { ...(jwt === undefined ? {} : { jwt }), user: signer.user });
    if (question !== this.#asked) return;
    if (found.state !== "known") this.#report(found.why);
    if (found.state === "unknown") this.#learnLater();
    // An answer that did not come says nothing against the one before.
    if (found.state === "unknown" && this.#current !== undefined) return;
    this.#settle(found.state === "known" ? { id: found.id, signer } : undefined);
  }

  #learnLater(): void {
    this.#retry = setTimeout(() => void this.#learn(), this.#retryMs);
    this.#retryMs = Math.min(longestRetryMs, 2 * this.#retryMs);
  }

  #settle(identity: SigningIdentity | undefined): void {
    const isSame = this.#current?.signer === identity?.signer && isSameId(this.#current, identity);
    const wasPending = this.#isPending;
    this.#current = identity;
    this.#isPending = false;
    if (isSame && !wasPending) return;
    if (identity !== undefined) this.#log.info("Signing as this NATS user", { identity: formatAgentId(identity.id) });
    for (const listener of [...this.#listeners]) listener();
  }

  #report(problem: string): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#log.warn("Heartbeats and registrations are not signed", { reason: problem });
  }
}

function isSameId(one: SigningIdentity | undefined, other: SigningIdentity | undefined): boolean {
  return one?.id.account === other?.id.account && one?.id.user === other?.id.user;
}
