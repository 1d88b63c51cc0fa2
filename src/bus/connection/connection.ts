// The one connection to NATS that everything on the bus shares: comes up when NATS does, comes back for ever, and never publishes into a buffer
// that a reconnect would throw away.

import type { Msg, NatsConnection, Status } from "@nats-io/transport-node";
import type { Logger } from "../../telemetry/log.ts";
import { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";
import { delay } from "../delay.ts";
import { type Dialled, dialOnce } from "./dial.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import { SubscriptionTable } from "./subscription-table.ts";
import type { BusSubscription, SubscribeOptions } from "./subscription-table.ts";
import { uniqueId } from "../unique-id.ts";
import { within } from "../within.ts";

export interface BusOptions {
  readonly settings: BusSettings;
  /** Shown by the server's monitoring. */
  readonly clientName: string;
  readonly log: Logger;
  /** False: the first failure to connect is final (`connected()` rejects); for commands. Default true. */
  readonly isPersistent?: boolean;
}

export interface BusStatus {
  /** `connecting`: never connected yet. `reconnecting`: was connected. */
  readonly state: "connecting" | "connected" | "reconnecting" | "closed";
  /** `host:port` of the server that it is connected to. */
  readonly server?: string;
  /** Why it is not connected. */
  readonly problem?: string;
}

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BusConnection {
  status(): BusStatus;
  isConnected(): boolean;
  /** Resolves at the first connection. Rejects with a `BusError` when that can't come any more: closed, or not persistent and failed. */
  connected(): Promise<void>;
  /** The server's limit for headers and payload of one message, in bytes; the last known one while disconnected, 1 MB before. */
  maxPayloadBytes(): number;
  /**
   * Sends at once. False: not connected, nothing was sent nor will be. Throws a `RangeError` when the message is over the server's limit or its
   * subject is no subject.
   */
  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): boolean;
  /**
   * Holds over reconnects, and may be made while disconnected. `onMessage` is called synchronously for each message; what it throws is logged.
   */
  subscribe(subject: string, onMessage: (message: Msg) => void, options?: SubscribeOptions): BusSubscription;
  /** Resolves true when the server has taken all that was published so far, false when the connection broke before. */
  flush(): Promise<boolean>;
  /** Round trip to the server in ms; undefined while disconnected. */
  rttMs(): Promise<number | undefined>;
  /** A subject for replies that nobody else has, one token below the prefix. */
  newInbox(): string;
  /** Called on each change of `state` after it; returns what removes it. At `connected` subscriptions are made already. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Called when the server refuses a publish for want of permission; returns what removes it. */
  onPublishRefused(listener: (subject: string, problem: string) => void): () => void;
  /**
   * Goes over to a connection made with other settings, or with the files that they name as they are now. Held output and subscriptions go
   * along. Resolves with the reason when it cannot be made: the present connection stays, and the next one is tried with these settings.
   */
  useSettings(settings: BusSettings): Promise<BusError | undefined>;
  /** Delivers what was published (at most 2 s), then closes for good. Never rejects. */
  close(): Promise<void>;
}

/** Starts connecting in the background and returns at once. */
export function openBus(options: BusOptions): BusConnection {
  const connection = new Connection(options);
  void connection.run();
  return connection;
}

const closeMs = 2_000;
const defaultMaxPayloadBytes = 1024 * 1024;

class Connection implements BusConnection {
  readonly #options: BusOptions;
  readonly #table: SubscriptionTable;
  readonly #listeners = new Set<(status: BusStatus) => void>();
  readonly #refusalListeners = new Set<(subject: string, problem: string) => void>();
  readonly #first = Promise.withResolvers<undefined>();
  readonly #stop = new AbortController();
  #settings: BusSettings;
  /** Made with other settings, and about to take over. */
  #next: Dialled | undefined;
  #status: BusStatus = { state: "connecting" };
  #live: NatsConnection | undefined;
  #maxPayloadBytes = defaultMaxPayloadBytes;
  #inboxPrefix = "_INBOX";
  /** Servers that the cluster told us of, tried too. */
  #gossiped: readonly string[] = [];

  constructor(options: BusOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#table = new SubscriptionTable(options.log);
    this.#first.promise.catch((error: unknown) =>
      options.log.debug("Never connected to NATS", { error: String(error) }),
    );
  }

  /** Connects, serves until the connection breaks, connects again; until closed. */
  async run(): Promise<void> {
    for (let attempt = 1; !this.#isClosed(); attempt++) {
      const problem = await this.#connectAndServe(() => (attempt = 0));
      if (this.#isClosed()) break;
      if (problem !== undefined) this.#report(problem);
      if (problem !== undefined && this.#options.isPersistent === false) {
        this.#giveUp(problem);
        break;
      }
      if (this.#next !== undefined) continue;
      await delay(reconnectDelayMs(Math.max(1, attempt), Math.random()), this.#stop.signal);
    }
  }

  status(): BusStatus {
    return this.#status;
  }

  isConnected(): boolean {
    return this.#live !== undefined;
  }

  async connected(): Promise<void> {
    await this.#first.promise;
  }

  maxPayloadBytes(): number {
    return this.#live?.info?.max_payload ?? this.#maxPayloadBytes;
  }

  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): boolean {
    const live = this.#live;
    if (live === undefined || live.isClosed()) return false;
    try {
      live.publish(subject, payload, options === undefined ? undefined : this.#table.publishOptions(options));
      return true;
    } catch (cause) {
      if (live.isClosed()) return false;
      throw new RangeError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  subscribe(subject: string, onMessage: (message: Msg) => void, options: SubscribeOptions = {}): BusSubscription {
    return this.#table.add(subject, onMessage, options);
  }

  async flush(): Promise<boolean> {
    try {
      await this.#live?.flush();
      return this.#live !== undefined;
    } catch (error) {
      this.#options.log.debug("Flush was cut short", { error: String(error) });
      return false;
    }
  }

  async rttMs(): Promise<number | undefined> {
    const start = performance.now();
    return (await this.flush()) ? performance.now() - start : undefined;
  }

  newInbox(): string {
    return `${this.#inboxPrefix}.${uniqueId()}`;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onPublishRefused(listener: (subject: string, problem: string) => void): () => void {
    this.#refusalListeners.add(listener);
    return () => this.#refusalListeners.delete(listener);
  }

  async useSettings(settings: BusSettings): Promise<BusError | undefined> {
    this.#settings = settings;
    this.#gossiped = [];
    if (this.#live === undefined) return undefined;
    const { clientName, log } = this.#options;
    const dialled = await dialOnce({ settings, clientName, gossiped: [] });
    if (dialled instanceof BusError) return dialled;
    const live = this.#live;
    if (this.#isClosed() || !this.isConnected() || this.#settings !== settings || this.#next !== undefined) {
      await closeQuietly(dialled.connection, log);
      return undefined;
    }
    this.#next = dialled;
    await within(this.flush(), closeMs);
    await closeQuietly(live, log);
    return undefined;
  }

  async close(): Promise<void> {
    if (this.#isClosed()) return;
    const live = this.#live;
    if (live !== undefined) await within(this.flush(), closeMs);
    this.#live = undefined;
    this.#stop.abort();
    this.#table.detach();
    if (this.#next !== undefined) void closeQuietly(this.#next.connection, this.#options.log);
    this.#setStatus({ state: "closed" });
    this.#first.reject(new BusError("The connection to NATS was closed"));
    if (live !== undefined) await within(closeQuietly(live, this.#options.log), closeMs);
  }

  /** One connection from dialling to its end. Returns why it could not be made; undefined when it was. */
  async #connectAndServe(onConnected: () => void): Promise<BusError | undefined> {
    const { clientName, log } = this.#options;
    const next = this.#next;
    this.#next = undefined;
    const dialled = next ?? (await dialOnce({ settings: this.#settings, clientName, gossiped: this.#gossiped }));
    if (dialled instanceof BusError) return dialled;
    const { connection, library, inboxPrefix } = dialled;
    if (this.#isClosed()) {
      await closeQuietly(connection, log);
      return undefined;
    }
    onConnected();
    this.#inboxPrefix = inboxPrefix;
    const events = connection.status();
    this.#table.attach(connection, library);
    this.#becomeConnected(connection);
    const why = await this.#follow(connection, events);
    if (this.#live !== connection) return undefined;
    this.#live = undefined;
    this.#table.detach();
    log.warn("Lost the connection to NATS, reconnecting", { server: connection.getServer() });
    this.#setStatus({ state: "reconnecting", problem: why });
    void closeQuietly(connection, log);
    return undefined;
  }

  #becomeConnected(connection: NatsConnection): void {
    const server = connection.getServer();
    const isFirst = this.#status.state === "connecting";
    this.#live = connection;
    this.#maxPayloadBytes = connection.info?.max_payload ?? this.#maxPayloadBytes;
    this.#gossiped = connection.info?.connect_urls ?? [];
    this.#options.log.info(isFirst ? "Connected to NATS" : "Reconnected to NATS", { server });
    this.#setStatus({ state: "connected", server });
    this.#first.resolve(undefined);
  }

  /** Watches a live connection; resolves with the reason when it is no longer good. */
  async #follow(connection: NatsConnection, events: AsyncIterable<Status>): Promise<string> {
    for await (const event of events) {
      if (event.type === "disconnect" || event.type === "close") return "The connection was lost";
      if (event.type === "staleConnection") return "The server no longer answers";
      if (event.type === "update") this.#gossiped = connection.info?.connect_urls ?? this.#gossiped;
      if (event.type === "error") this.#heardError(event.error);
    }
    return "The connection was closed";
  }

  #heardError(error: Error & { readonly operation?: unknown; readonly subject?: unknown }): void {
    this.#options.log.warn("NATS reported an error", { error: error.message });
    const { operation, subject } = error;
    if (operation !== "publish" || typeof subject !== "string") return;
    for (const listener of [...this.#refusalListeners]) listener(subject, error.message);
  }

  #isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  #report(problem: BusError): void {
    const { state, problem: before } = this.#status;
    if (before === problem.message) return;
    this.#options.log.warn(problem.message, { retrying: this.#options.isPersistent !== false });
    this.#setStatus({ state: state === "connecting" ? "connecting" : "reconnecting", problem: problem.message });
  }

  #giveUp(problem: BusError): void {
    this.#stop.abort();
    this.#first.reject(problem);
    this.#setStatus({ state: "closed", problem: problem.message });
  }

  #setStatus(status: BusStatus): void {
    this.#status = status;
    for (const listener of [...this.#listeners]) {
      try {
        listener(status);
      } catch (error) {
        this.#options.log.error("A listener for the state of the bus failed", { error: String(error) });
      }
    }
  }
}

async function closeQuietly(connection: NatsConnection, log: Logger): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    log.debug("Closing the connection to NATS failed", { error: String(error) });
  }
}
