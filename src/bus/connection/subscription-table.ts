// Subscriptions that outlive a connection: made on the live one, made again on the next.

import type { Msg, MsgHdrs, NatsConnection, Subscription } from "@nats-io/transport-node";
import type { Logger } from "../../telemetry/log.ts";
import type { BusSubscription, PublishOptions, SubscribeOptions } from "./connection.ts";
import type { NatsLibrary } from "./nats-library.ts";

export class SubscriptionTable {
  readonly #log: Logger;
  readonly #entries = new Set<Entry>();
  #connection: NatsConnection | undefined;
  #library: NatsLibrary | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(subject: string, onMessage: (message: Msg) => void, options: SubscribeOptions): BusSubscription {
    const entry = new Entry(subject, onMessage, options, this.#log, this.#entries);
    this.#entries.add(entry);
    if (this.#connection !== undefined) entry.attach(this.#connection);
    return entry;
  }

  /** Makes every subscription on a new connection. */
  attach(connection: NatsConnection, library: NatsLibrary): void {
    this.#connection = connection;
    this.#library = library;
    for (const entry of this.#entries) entry.attach(connection);
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    for (const entry of this.#entries) entry.detach();
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

class Entry implements BusSubscription {
  readonly subject: string;
  readonly #onMessage: (message: Msg) => void;
  readonly #options: SubscribeOptions;
  readonly #log: Logger;
  readonly #entries: Set<Entry>;
  #live: Subscription | undefined;

  constructor(
    subject: string,
    onMessage: (message: Msg) => void,
    options: SubscribeOptions,
    log: Logger,
    entries: Set<Entry>,
  ) {
    this.subject = subject;
    this.#onMessage = onMessage;
    this.#options = options;
    this.#log = log;
    this.#entries = entries;
  }

  attach(connection: NatsConnection): void {
    if (connection.isClosed()) return; // Made on the next one.
    this.#live = connection.subscribe(this.subject, {
      callback: this.#deliver,
      ...(this.#options.queue === undefined ? {} : { queue: this.#options.queue }),
    });
  }

  detach(): void {
    this.#live = undefined;
  }

  unsubscribe(): void {
    this.#entries.delete(this);
    const live = this.#live;
    this.#live = undefined;
    if (live !== undefined && !live.isClosed()) live.unsubscribe();
  }

  async drain(): Promise<void> {
    this.#entries.delete(this);
    const live = this.#live;
    this.#live = undefined;
    if (live === undefined || live.isClosed()) return;
    try {
      await live.drain();
    } catch (error) {
      this.#log.debug("A subscription ended with its connection", { subject: this.subject, error: String(error) });
    }
  }

  // An exception would end the library's reader.
  readonly #deliver = (error: Error | null, message: Msg): void => {
    try {
      if (error === null) {
        this.#onMessage(message);
        return;
      }
      this.#live = undefined;
      this.#options.onRefused?.(error.message);
    } catch (thrown) {
      this.#log.error("Handling a message failed", { subject: this.subject, error: String(thrown) });
    }
  };
}
