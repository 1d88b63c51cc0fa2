// One connection to an MQTT broker, for all who use it: made when first used, made again when it breaks, ended with the last of them.

import type { IPublishPacket, MqttClient } from "mqtt";
import { backoff } from "../../host/backoff.ts";
import { takesTopic } from "../../manifest/mqtt-topic.ts";
import type { BrokerConfig, Qos } from "../../manifest/trigger.ts";
import { type TraceContext, traceHeaders } from "../../protocol/trace-context.ts";
import type { Logger } from "../../telemetry/log.ts";
import { clientOptions } from "./client-options.ts";
import { subscriptionId, subscriptionIds } from "./subscription-id.ts";

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** It may have come before. */
  readonly isRepeated: boolean;
  readonly messageId: number | undefined;
  readonly hops: string | undefined;
  /** The first user property of that name (MQTT 5). */
  readonly property: (name: string) => string | undefined;
}

/** True: it is kept, and the broker may forget it. */
export type MqttListener = (message: MqttMessage) => boolean;

interface PublishTerms {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly hops: number;
  /** Told to brokers of MQTT 5. */
  readonly trace?: TraceContext;
}

interface Listener {
  readonly qos: Qos;
  readonly hear: MqttListener;
}

const closeMs = 2_000;
export const hopsProperty = "muster-hops";

export class BrokerLink {
  readonly config: BrokerConfig;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #watchers = new Set<() => void>();
  readonly #wait = backoff(500, 30_000);
  #client: Promise<MqttClient> | undefined;
  #isConnected = false;
  #problem: string | undefined;
  #lastSaid = "";
  #isClosed = false;
  #isLeaving = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(config: BrokerConfig, log: Logger) {
    this.config = config;
    this.#log = log.with({ broker: config.name });
  }

  /** Why it cannot be used now; undefined: it can. */
  problem(): string | undefined {
    return this.#problem === undefined
      ? undefined
      : `MQTT broker "${this.config.name}" (${this.config.url}): ${this.#problem}`;
  }

  isConnected(): boolean {
    return this.#isConnected;
  }

  /** Called after each change of `problem()`. Returns what removes it. */
  onChange(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Connects, if nothing has yet. */
  open(): void {
    if (this.#isClosed) return;
    const { missing } = this.config;
    if (missing !== undefined) {
      this.#isDown(missing.join("; "));
      return;
    }
    this.#client ??= this.#connect();
    void this.#client.catch((error: unknown) => this.#isDown(error instanceof Error ? error.message : String(error)));
  }

  /** Holds over reconnects. Returns what ends it. */
  listen(filter: string, qos: Qos, hear: MqttListener): () => void {
    const listener = { qos, hear };
    const all = this.#listeners.get(filter) ?? new Set<Listener>();
    all.add(listener);
    this.#listeners.set(filter, all);
    this.open();
    if (this.isConnected()) void this.#client?.then((client) => this.#subscribe(client, filter));
    return () => {
      all.delete(listener);
      if (all.size > 0 || this.#listeners.get(filter) !== all) return;
      this.#listeners.delete(filter);
      if (this.#isLeaving) return;
      void this.#client?.then((client) => client.unsubscribe(filter));
    };
  }

  /** Resolves when the broker has it (with QoS 0, when it is sent). Rejects with why not. */
  async publish(topic: string, payload: string, { qos, retain, hops, trace }: PublishTerms): Promise<void> {
    if (this.#client === undefined || !this.#isConnected)
      throw new Error(this.problem() ?? "The MQTT broker is not connected");
    const client = await this.#client;
    const properties = { userProperties: { ...(trace && traceHeaders(trace)), [hopsProperty]: `${hops}` } };
    await client.publishAsync(topic, payload, { qos, retain, ...(this.#isV5() ? { properties } : {}) });
  }

  /** The process ends: the broker keeps for us what comes from now on. */
  leave(): void {
    this.#isLeaving = true;
  }

  /** Says what the last will says, then leaves. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#later);
    this.#watchers.clear();
    const client = await this.#client?.catch(() => undefined);
    if (client === undefined) return;
    const { will } = this.config;
    const timeout = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
    if (will !== undefined && client.connected) {
      const said = client.publishAsync(will.topic, will.payload, { qos: will.qos, retain: will.retain });
      await Promise.race([said.catch(() => undefined), timeout]);
    }
    await Promise.race([client.endAsync(!client.connected).catch(() => undefined), timeout]);
    client.end(true);
  }

  async #connect(): Promise<MqttClient> {
    const { connect } = await import("mqtt");
    const client = connect({ ...clientOptions(this.config), reconnectPeriod: this.#wait.next() });
    client.on("connect", () => this.#isUp(client));
    client.on("close", () => {
      client.options.reconnectPeriod = this.#wait.next();
      this.#isDown(this.#problem ?? "the connection was lost");
    });
    client.on("error", (error) => this.#isDown(error.message === "" ? String(error) : error.message));
    // The broker is told that we have a message when we do: what cannot be kept now comes again.
    client.handleMessage = (packet, done) => {
      if (this.#isLeaving) return;
      if (this.#hear(packet)) done();
      else this.#comeBack(client);
    };
    return client;
  }

  /** Without a word for the message at hand: the broker has it for us again then. */
  #comeBack(client: MqttClient): void {
    client.end(true);
    clearTimeout(this.#later);
    this.#later = setTimeout(() => client.reconnect(), this.#wait.next());
    this.#isDown("A message could not be recorded");
  }

  #isV5(): boolean {
    return this.config.protocol === "v5";
  }

  #isUp(client: MqttClient): void {
    this.#wait.reset();
    this.#log.info("MQTT broker connected", { url: this.config.url });
    this.#lastSaid = "";
    const { will } = this.config;
    if (will?.online !== undefined) {
      client.publish(will.topic, will.online, { qos: will.qos, retain: will.retain });
    }
    for (const filter of this.#listeners.keys()) this.#subscribe(client, filter);
    this.#tell(undefined);
  }

  #isDown(reason: string): void {
    if (this.#isClosed) return;
    if (reason !== this.#lastSaid) {
      this.#lastSaid = reason;
      this.#log.warn("MQTT broker cannot be used; trying again", { url: this.config.url, reason });
    }
    this.#tell(reason);
  }

  #tell(problem: string | undefined): void {
    const isConnected = problem === undefined;
    if (problem === this.#problem && isConnected === this.#isConnected) return;
    this.#problem = problem;
    this.#isConnected = isConnected;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** What the broker has kept of a topic is news of before: it is not asked for. */
  #subscribe(client: MqttClient, filter: string): void {
    const listeners = this.#listeners.get(filter);
    if (listeners === undefined) return;
    const qos = [...listeners].reduce<Qos>((most, one) => (one.qos > most ? one.qos : most), 0);
    const v5 = { rh: 2, properties: { subscriptionIdentifier: subscriptionId(filter) } };
    client.subscribe(filter, { qos, ...(this.#isV5() ? v5 : {}) }, (error, granted) => {
      const code = granted?.[0]?.qos ?? 0;
      if (error === null && code < 128) return;
      this.#log.warn("MQTT broker refuses a subscription", { topic: filter, reason: error?.message ?? `code ${code}` });
    });
  }

  /** False: some listener could not keep it. */
  #hear(packet: IPublishPacket): boolean {
    if (packet.retain && !this.#isV5()) return true;
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    const property = (name: string): string | undefined => {
      const given = packet.properties?.userProperties?.[name];
      return Array.isArray(given) ? given[0] : given;
    };
    const message = {
      topic: packet.topic,
      payload,
      isRepeated: packet.dup,
      messageId: packet.messageId,
      hops: property(hopsProperty),
      property,
    };
    const ids = subscriptionIds(packet.properties?.subscriptionIdentifier);
    const heard = [...this.#listeners].filter(([filter]) =>
      ids.length === 0 ? takesTopic(filter, packet.topic) : ids.includes(subscriptionId(filter)),
    );
    return heard
      .flatMap(([, all]) => [...all])
      .map(({ hear }) => hear(message))
      .every(Boolean);
  }
}
