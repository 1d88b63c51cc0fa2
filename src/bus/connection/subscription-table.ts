// Subscriptions that outlive a connection: made on the live one, made again on the next.

import type { Msg, MsgHdrs, NatsConnection, Subscription } from "@nats-io/nats-core";
import type { Logger } from "../../telemetry/log.ts";
import type { BusSubscription, PublishOptions, SubscribeOptions } from "./connection.ts";
import type { NatsHeaders } from "./dialled.ts";
import { readableMessage } from "./readable-message.ts";
import { type RefusableSubscription, RefusedSubscriptions } from "./refused-subscriptions.ts";
import { untilLost } from "./until-lost.ts";

export class SubscriptionTable {
  readonly refused: RefusedSubscriptions;
  readonly #log: Logger;
  readonly #entries = new Set<Entry>();
  #connection: NatsConnection | undefined;
  #library: NatsHeaders | undefined;
  #lost: AbortSignal | undefined;

  constructor(log: Logger) {
    this.#log = log;
    this.refused = new RefusedSubscriptions(log);
  }

  add(subject: string, onMessage: (message: Msg) => void, options: SubscribeOptions): BusSubscription {
    const readable = (message: Msg): void => onMessage(readableMessage(message, this.#library));
    const entry = new Entry(subject, readable, options, this.#log, { all: this.#entries, refused: this.refused });
    this.#entries.add(entry);
    if (this.#connection !== undefined && this.#lost !== undefined) entry.attach(this.#connection, this.#lost);
    return entry;
  }

  /** Makes every subscription on a new connection; `lost` fires when that is no more. */
  attach(connection: NatsConnection, library: NatsHeaders, lost: AbortSignal): void {
    this.#connection = connection;
    this.#library = library;
    this.#lost = lost;
    for (const entry of this.#entries) entry.attach(connection, lost);
    this.refused.attach(connection, lost);
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    for (const entry of this.#entries) entry.detach();
    this.refused.detach();
  }

  /** The library's form of publish options. */
  publishOptions(options: PublishOptions): { reply?: string; headers?: MsgHdrs } {
    const headers = options.headers === undefined ? undefined : this.#library?.headers();
    for (const [key, value] of Object.entries(options.headers ?? {})) headers?.set(key, value);
    return {
      ...(options.reply === undefined ? {} : { reply: options.reply }),
      ...(headers === undefined ? {} : { headers }),
    };
  }
}

interface Live {
  readonly subscription: Subscription;
  readonly lost: AbortSignal;
}

/** Where an entry is listed. */
interface Lists {
  readonly all: Set<Entry>;
  readonly refused: RefusedSubscriptions;
}

class Entry implements BusSubscription, RefusableSubscription {
  readonly subject: string;
  readonly #onMessage: (message: Msg) => void;
  readonly #options: SubscribeOptions;
  readonly #log: Logger;
  readonly #lists: Lists;
  #live: Live | undefined;

  constructor(
    subject: string,
    onMessage: (message: Msg) => void,
    options: SubscribeOptions,
    log: Logger,
    lists: Lists,
  ) {
    this.subject = subject;
    this.#onMessage = onMessage;
    this.#options = options;
    this.#log = log;
    this.#lists = lists;
  }

  attach(connection: NatsConnection, lost: AbortSignal): void {
    if (connection.isClosed()) return; // Made on the next one.
    const subscription = connection.subscribe(this.subject, {
      callback: this.#deliver,
      ...(this.#options.queue === undefined ? {} : { queue: this.#options.queue }),
    });
    this.#live = { subscription, lost };
  }

  isLive(): boolean {
    return this.#live !== undefined;
  }

  detach(): void {
    this.#live = undefined;
  }

  unsubscribe(): void {
    const live = this.#leave();
    if (live?.subscription.isClosed() === false) live.subscription.unsubscribe();
  }

  async drain(): Promise<void> {
    const live = this.#leave();
    if (live?.subscription.isClosed() === false) await untilLost(live.subscription.drain(), live.lost);
  }

  #leave(): Live | undefined {
    const live = this.#live;
    this.#live = undefined;
    this.#lists.all.delete(this);
    this.#lists.refused.remove(this);
    return live;
  }

  // An exception would end the library's reader.
  readonly #deliver = (error: Error | null, message: Msg): void => {
    try {
      if (error === null) {
        this.#onMessage(message);
        return;
      }
      this.#live = undefined;
      if (!this.#lists.all.has(this)) return;
      this.#lists.refused.add(this);
      this.#options.onRefused?.(error.message);
    } catch (thrown) {
      this.#log.error("Handling a message failed", { subject: this.subject, error: String(thrown) });
    }
  };
}
