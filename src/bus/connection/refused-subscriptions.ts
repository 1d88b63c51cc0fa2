// Subscriptions that the server's permissions forbid: said once, and made again until they are allowed.

import type { NatsConnection } from "@nats-io/nats-core";
import type { Logger } from "../../telemetry/log.ts";
import { Recheck } from "./recheck.ts";
import { untilLost } from "./until-lost.ts";

export interface RefusableSubscription {
  readonly subject: string;
  /** Made, and not refused since. */
  isLive(): boolean;
  attach(connection: NatsConnection, lost: AbortSignal): void;
}

export class RefusedSubscriptions {
  readonly #log: Logger;
  readonly #refused = new Set<RefusableSubscription>();
  readonly #listeners = new Set<() => void>();
  readonly #recheck = new Recheck(() => this.#tryAgain());
  #live: { readonly connection: NatsConnection; readonly lost: AbortSignal } | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Each once, the longest refused first. */
  subjects(): readonly string[] {
    return [...new Set([...this.#refused].map(({ subject }) => subject))];
  }

  /** Called when one is refused or allowed; returns what removes it. Must not throw. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(subscription: RefusableSubscription): void {
    const { subject } = subscription;
    const isKnown = this.subjects().includes(subject);
    this.#refused.add(subscription);
    this.#recheck.start();
    if (isKnown) return;
    this.#log.error("NATS permissions forbid to subscribe; allow it for this user", { subject });
    this.#tell();
  }

  /** It is wanted no more. */
  remove(subscription: RefusableSubscription): void {
    if (this.#refused.delete(subscription)) this.#tell();
  }

  /** All subscriptions were just made on a new connection: what is not refused again is allowed. */
  attach(connection: NatsConnection, lost: AbortSignal): void {
    this.#live = { connection, lost };
    this.#recheck.stop();
    if (this.#refused.size > 0) void this.#settle();
  }

  detach(): void {
    this.#live = undefined;
    this.#recheck.stop();
  }

  async #tryAgain(): Promise<boolean> {
    const live = this.#live;
    if (live === undefined) return true; // `attach` goes on.
    for (const subscription of this.#refused) {
      if (!subscription.isLive()) subscription.attach(live.connection, live.lost);
    }
    return this.#settle();
  }

  /** The server's refusals come before its pong. True: none is left. */
  async #settle(): Promise<boolean> {
    const live = this.#live;
    if (live === undefined || !(await untilLost(live.connection.flush(), live.lost))) return false;
    for (const subscription of [...this.#refused]) {
      if (!subscription.isLive()) continue;
      this.#refused.delete(subscription);
      if (this.subjects().includes(subscription.subject)) continue;
      this.#log.info("NATS permissions allow to subscribe again", { subject: subscription.subject });
      this.#tell();
    }
    if (this.#refused.size === 0) return true;
    this.#recheck.start();
    return false;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
