// The contract of the one connection to NATS that everything on the bus shares.

import type { Msg } from "@nats-io/nats-core";
import type { Logger } from "../../telemetry/log.ts";
import type { BusCredentials } from "../identity/credentials.ts";
import type { BusError } from "./bus-error.ts";
import type { BusSettings } from "./bus-settings.ts";

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
  /** Its own name for its present run: another one after a restart. */
  readonly serverId?: string;
  /** Why it is not connected. */
  readonly problem?: string;
}

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SubscribeOptions {
  readonly queue?: string;
  /** The server refused it (permissions), now or once more; it is tried again until it is allowed. */
  readonly onRefused?: (problem: string) => void;
}

export interface BusSubscription {
  readonly subject: string;
  /** Nothing more is delivered. May be called again. */
  unsubscribe(): void;
  /** Asks the server for no more, and resolves when all that was under way has been delivered or the connection is lost. Never rejects. */
  drain(): Promise<void>;
}

export interface BusConnection {
  status(): BusStatus;
  isConnected(): boolean;
  /** Resolves at the first connection. Rejects with a `BusError` when that can't come any more: closed, or not persistent and failed. */
  connected(): Promise<void>;
  /** The server's limit for headers and payload of one message, in bytes; the last known one while disconnected, 1 MB before. */
  maxPayloadBytes(): number;
  /** Those of the present connection, or of the last one; none before the first. */
  credentials(): BusCredentials;
  /**
   * Sends at once. False: not connected, nothing was sent nor will be. Throws a `RangeError` when the message is over the server's limit or its
   * subject is no subject.
   */
  publish(subject: string, payload: Uint8Array | string, options?: PublishOptions): boolean;
  /**
   * Holds over reconnects, and may be made while disconnected. `onMessage` is called synchronously for each message; what it throws is logged.
   */
  subscribe(subject: string, onMessage: (message: Msg) => void, options?: SubscribeOptions): BusSubscription;
  /** How many messages were published so far. */
  sentCount(): number;
  /** Whether the server has certainly taken the first `count` of them: a flush followed them. Not for those of an earlier connection. */
  isTaken(count: number): boolean;
  /** Resolves true when the server has taken all that was published so far, false when the connection broke before. */
  flush(): Promise<boolean>;
  /** Round trip to the server in ms; undefined while disconnected. */
  rttMs(): Promise<number | undefined>;
  /** A subject for replies that nobody else has, one token below the prefix. */
  newInbox(): string;
  /** Called on each change of `state` after it; returns what removes it. At `connected` subscriptions are made already. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Subjects that the server's permissions forbid to subscribe to, of the subscriptions that there are. */
  refusedSubjects(): readonly string[];
  /** Called when `refusedSubjects` are others; returns what removes it. */
  onRefusedSubjects(listener: () => void): () => void;
  /** Called when the server refuses a publish for want of permission; returns what removes it. */
  onPublishRefused(listener: (subject: string, problem: string) => void): () => void;
  /** Delivers what was published (at most 2 s), then closes for good. Never rejects. */
  close(): Promise<void>;
}

/** A bus whose settings can be changed while it is used. */
export interface ConfiguredBus extends BusConnection {
  /**
   * Goes over to a connection made with other settings, or with the files that they name as they are now. Held output and subscriptions go
   * along. Resolves with the reason when it cannot be made: the present connection stays, and the next one is tried with these settings.
   */
  useSettings(settings: BusSettings): Promise<BusError | undefined>;
}
