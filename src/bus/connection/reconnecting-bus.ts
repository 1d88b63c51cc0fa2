// A connection to NATS that comes up when NATS does, comes back for ever, and never publishes into a buffer that a reconnect would throw away.
// How one attempt to connect is made is its owner's: it runs wherever the library of NATS does.

import type { Msg, NatsConnection } from "@nats-io/nats-core";
import type { Logger } from "../../telemetry/log.ts";
import { delay } from "../delay.ts";
import type { BusCredentials } from "../identity/credentials.ts";
import { uniqueId } from "../unique-id.ts";
import { within } from "../within.ts";
import { BusError } from "./bus-error.ts";
import { BusState } from "./bus-state.ts";
import type { BusConnection, BusStatus, BusSubscription, PublishOptions, SubscribeOptions } from "./connection.ts";
import type { Dialled } from "./dialled.ts";
import { followConnection } from "./follow-connection.ts";
import { reconnectDelayMs } from "./reconnect-delay.ts";
import { SaidOnce } from "./said-once.ts";
import { SubscriptionTable } from "./subscription-table.ts";
import { untilLost } from "./until-lost.ts";

/** One attempt to connect, to `gossiped` servers of the same cluster too. Never rejects: what went wrong is the answer. */
export type Dial = (gossiped: readonly string[]) => Promise<Dialled | BusError>;

export interface ReconnectingBusOptions {
  readonly dial: Dial;
  readonly log: Logger;
  /** False: the first failure to connect is final (`connected()` rejects). Default true. */
  readonly isPersistent?: boolean;
}

const closeMs = 2_000;
const defaultMaxPayloadBytes = 1024 * 1024;

export class ReconnectingBus implements BusConnection {
  readonly #options: ReconnectingBusOptions;
  readonly #table: SubscriptionTable;
  readonly #state: BusState;
  readonly #refusalListeners = new Set<(subject: string, problem: string) => void>();
  readonly #saidRefusals = new SaidOnce();
  readonly #stop = new AbortController();
  #dial: Dial;
  /** Made the new way, and about to take over. */
  #next: Dialled | undefined;
  #live: NatsConnection | undefined;
  /** Fires when the live connection is no more. */
  #lost = new AbortController();
  #maxPayloadBytes = defaultMaxPayloadBytes;
  #sentCount = 0;
  #takenCount = 0;
  #inboxPrefix = "_INBOX";
  #credentials: BusCredentials = {};
  /** Servers that the cluster told us of, tried too. */
  #gossiped: readonly string[] = [];

  constructor(options: ReconnectingBusOptions) {
    this.#options = options;
    this.#dial = options.dial;
    this.#table = new SubscriptionTable(options.log);
    this.#state = new BusState(options.log);
  }

  /** Connects, serves until the connection breaks, connects again; until closed. */
  async run(): Promise<void> {
    for (let attempt = 1; !this.#isClosed(); attempt++) {
      const problem = await this.#connectAndServe(() => (attempt = 0));
      if (this.#isClosed()) break;
      if (problem !== undefined && this.#isFinal(problem)) break;
      if (this.#next !== undefined) continue;
      await delay(reconnectDelayMs(Math.max(1, attempt), Math.random()), this.#stop.signal);
    }
  }

  status(): BusStatus {
    return this.#state.status;
  }

  isConnected(): boolean {
    return this.#live !== undefined;
  }

  connected(): Promise<void> {
    return this.#state.connected();
  }

  maxPayloadBytes(): number {
    return this.#live?.info?.max_payload ?? this.#maxPayloadBytes;
  }

  credentials(): BusCredentials {
    return this.#credentials;
  }

  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): boolean {
    const live = this.#live;
    if (live === undefined || live.isClosed()) return false;
    try {
      live.publish(subject, payload, options === undefined ? undefined : this.#table.publishOptions(options));
      this.#sentCount += 1;
      return true;
    } catch (cause) {
      if (live.isClosed()) return false;
      throw new RangeError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  subscribe(subject: string, onMessage: (message: Msg) => void, options: SubscribeOptions = {}): BusSubscription {
    return this.#table.add(subject, onMessage, options);
  }

  sentCount(): number {
    return this.#sentCount;
  }

  isTaken(count: number): boolean {
    return count <= this.#takenCount;
  }

  async flush(): Promise<boolean> {
    if (this.#live === undefined) return false;
    const count = this.#sentCount;
    const isTaken = await untilLost(this.#live.flush(), this.#lost.signal);
    if (isTaken) this.#takenCount = Math.max(this.#takenCount, count);
    return isTaken;
  }

  async rttMs(): Promise<number | undefined> {
    const start = performance.now();
    return (await this.flush()) ? performance.now() - start : undefined;
  }

  newInbox(): string {
    return `${this.#inboxPrefix}.${uniqueId()}`;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    return this.#state.onStatus(listener);
  }

  refusedSubjects(): readonly string[] {
    return this.#table.refused.subjects();
  }

  onRefusedSubjects(listener: () => void): () => void {
    return this.#table.refused.onChange(listener);
  }

  onPublishRefused(listener: (subject: string, problem: string) => void): () => void {
    this.#refusalListeners.add(listener);
    return () => this.#refusalListeners.delete(listener);
  }

  /**
   * Goes over to a connection made by `dial`. Held output and subscriptions go along. Resolves with the reason when it cannot be made: the
   * present connection stays, and the next one is made by `dial`.
   */
  async redial(dial: Dial): Promise<BusError | undefined> {
    this.#dial = dial;
    this.#gossiped = [];
    if (this.#live === undefined) return undefined;
    const { log } = this.#options;
    const dialled = await dial([]);
    if (dialled instanceof BusError) return dialled;
    const live = this.#live;
    if (this.#isClosed() || !this.isConnected() || this.#dial !== dial || this.#next !== undefined) {
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
    this.#lost.abort();
    if (this.#next !== undefined) void closeQuietly(this.#next.connection, this.#options.log);
    this.#state.becomeClosed(new BusError("The connection to NATS was closed"));
    if (live !== undefined) await within(closeQuietly(live, this.#options.log), closeMs);
  }

  /** One connection from dialling to its end. Returns why it could not be made; undefined when it was. */
  async #connectAndServe(onConnected: () => void): Promise<BusError | undefined> {
    const { log } = this.#options;
    const next = this.#next;
    this.#next = undefined;
    const dialled = next ?? (await this.#dial(this.#gossiped));
    if (dialled instanceof BusError) return dialled;
    const { connection, library, inboxPrefix } = dialled;
    if (this.#isClosed()) {
      await closeQuietly(connection, log);
      return undefined;
    }
    onConnected();
    this.#inboxPrefix = inboxPrefix;
    this.#credentials = dialled.credentials ?? {};
    const events = connection.status();
    this.#lost = new AbortController();
    this.#table.attach(connection, library, this.#lost.signal);
    this.#becomeConnected(connection);
    const why = await followConnection(events, {
      onServers: () => (this.#gossiped = connection.info?.connect_urls ?? this.#gossiped),
      onError: (error) => log.warn("NATS reported an error", { error: error.message }),
      onPublishRefused: (subject, problem) => this.#tellPublishRefused(subject, problem),
    });
    if (this.#live !== connection) return undefined;
    this.#live = undefined;
    this.#table.detach();
    this.#lost.abort();
    this.#state.becomeDisconnected(connection.getServer(), why);
    void closeQuietly(connection, log);
    return undefined;
  }

  #tellPublishRefused(subject: string, problem: string): void {
    this.#saidRefusals.say(subject, () =>
      this.#options.log.warn("NATS permissions forbid to publish; allow it for this user", { subject }),
    );
    for (const listener of [...this.#refusalListeners]) listener(subject, problem);
  }

  #becomeConnected(connection: NatsConnection): void {
    this.#live = connection;
    this.#saidRefusals.forget();
    this.#maxPayloadBytes = connection.info?.max_payload ?? this.#maxPayloadBytes;
    this.#gossiped = connection.info?.connect_urls ?? [];
    this.#state.becomeConnected(connection.getServer(), connection.info?.server_id);
  }

  #isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Tells of a failure to connect. True: there is no further attempt. */
  #isFinal(problem: BusError): boolean {
    const isPersistent = this.#options.isPersistent !== false;
    this.#state.report(problem, isPersistent);
    if (isPersistent) return false;
    this.#stop.abort();
    this.#state.becomeClosed(problem, problem.message);
    return true;
  }
}

async function closeQuietly(connection: NatsConnection, log: Logger): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    log.debug("Closing the connection to NATS failed", { error: String(error) });
  }
}
