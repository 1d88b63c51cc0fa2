// Where the connection to NATS stands, who is told of it, and the promise of the first connection.

import type { Logger } from "../../telemetry/log.ts";
import type { BusError } from "./bus-error.ts";
import type { BusStatus } from "./connection.ts";
import { deferred } from "../deferred.ts";

export class BusState {
  readonly #log: Logger;
  readonly #listeners = new Set<(status: BusStatus) => void>();
  readonly #first = deferred<undefined>();
  #status: BusStatus = { state: "connecting" };

  constructor(log: Logger) {
    this.#log = log;
    this.#first.promise.catch((error: unknown) => log.debug("Never connected to NATS", { error: String(error) }));
  }

  get status(): BusStatus {
    return this.#status;
  }

  /** Resolves at the first connection; rejects when it was closed before. */
  async connected(): Promise<void> {
    await this.#first.promise;
  }

  /** Called after each change; returns what removes it. What it throws is logged. */
  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  becomeConnected(server: string, serverId: string | undefined): void {
    const isFirst = this.#status.state === "connecting";
    this.#log.info(isFirst ? "Connected to NATS" : "Reconnected to NATS", { server });
    this.#set({ state: "connected", server, ...(serverId === undefined ? {} : { serverId }) });
    this.#first.resolve(undefined);
  }

  becomeDisconnected(server: string, problem: string): void {
    this.#log.warn("Lost the connection to NATS, reconnecting", { server });
    this.#set({ state: "reconnecting", problem });
  }

  /** An attempt to connect failed. Said once as long as the reason is the same. */
  report({ message }: BusError, retrying: boolean): void {
    const { state, problem } = this.#status;
    if (problem === message) return;
    this.#log.warn(message, { retrying });
    this.#set({ state: state === "connecting" ? "connecting" : "reconnecting", problem: message });
  }

  /** For good. `why` is what whoever still waits for the first connection gets. */
  becomeClosed(why: BusError, problem?: string): void {
    this.#set({ state: "closed", ...(problem === undefined ? {} : { problem }) });
    this.#first.reject(why);
  }

  #set(status: BusStatus): void {
    this.#status = status;
    for (const listener of [...this.#listeners]) {
      try {
        listener(status);
      } catch (error) {
        this.#log.error("A listener for the state of the bus failed", { error: String(error) });
      }
    }
  }
}
