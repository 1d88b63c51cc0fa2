// What a caller needs of a bus connection. `BusConnection` is one; a program that brings its own connection can be another.

import type { Msg } from "@nats-io/nats-core";

export interface CallerBus {
  /** False: not connected, nothing was sent. Throws a `RangeError` for what the server would not take. */
  publish(
    subject: string,
    payload: Uint8Array,
    options?: { readonly reply?: string; readonly headers?: Readonly<Record<string, string>> },
  ): boolean;
  /** Holds over reconnects. `onRefused` is told when the server does not let us listen. */
  subscribe(
    subject: string,
    onMessage: (message: Msg) => void,
    options?: { readonly onRefused?: (problem: string) => void },
  ): { unsubscribe(): void };
  /** A reply subject that nobody else has: a fresh one for each prompt, so that an agent sees when we leave (§6.7). */
  newInbox(): string;
  /** The server's limit for headers and payload together, in bytes. */
  maxPayloadBytes(): number;
  status(): CallerBusStatus;
  /** Returns what removes the listener. */
  onStatus(listener: (status: CallerBusStatus) => void): () => void;
  /** The server refused a publish to `subject`. Returns what removes the listener. */
  onPublishRefused(listener: (subject: string, problem: string) => void): () => void;
}

export interface CallerBusStatus {
  /** `closed` is for good. */
  readonly state: string;
  /** Of the server that it is connected to: another one after that was restarted. */
  readonly serverId?: string;
}
