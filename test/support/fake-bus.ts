// A connection to NATS that is none: keeps what is published, and is up or down as the test says.

import type { BusConnection, BusStatus, PublishOptions } from "../../src/bus/connection/connection.ts";

export interface PublishedMessage {
  readonly subject: string;
  readonly payload: string;
  readonly options: PublishOptions | undefined;
}

export interface FakeBus extends BusConnection {
  readonly published: PublishedMessage[];
  setConnected(isConnected: boolean): void;
}

export function fakeBus(maxPayloadBytes = 1024 * 1024): FakeBus {
  const published: PublishedMessage[] = [];
  const listeners = new Set<(status: BusStatus) => void>();
  let isConnected = true;
  let takenCount = 0;
  const status = (): BusStatus => ({ state: isConnected ? "connected" : "reconnecting" });
  return {
    published,
    setConnected: (value) => {
      isConnected = value;
      for (const listener of listeners) listener(status());
    },
    status,
    isConnected: () => isConnected,
    connected: () => Promise.resolve(),
    maxPayloadBytes: () => maxPayloadBytes,
    credentials: () => ({}),
    publish: (subject, payload, options) => {
      if (!isConnected) return false;
      const text = typeof payload === "string" ? payload : new TextDecoder().decode(payload);
      if (Buffer.byteLength(text) > maxPayloadBytes) throw new RangeError("too large");
      published.push({ subject, payload: text, options });
      return true;
    },
    sentCount: () => published.length,
    isTaken: (count) => count <= takenCount,
    subscribe: (subject) => ({ subject, unsubscribe: () => undefined, drain: () => Promise.resolve() }),
    flush: () => {
      if (isConnected) takenCount = published.length;
      return Promise.resolve(isConnected);
    },
    rttMs: () => Promise.resolve(isConnected ? 1 : undefined),
    newInbox: () => "_INBOX.fake",
    onStatus: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refusedSubjects: () => [],
    onRefusedSubjects: () => () => undefined,
    onPublishRefused: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
