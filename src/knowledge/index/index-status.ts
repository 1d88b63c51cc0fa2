// How an index fares, and who is told when that changes.

import type { Logger } from "../../telemetry/log.ts";
import type { KnowledgeStatus } from "../contract.ts";

const atStart: Omit<KnowledgeStatus, "model"> = {
  state: "starting",
  documents: 0,
  passages: 0,
  waiting: 0,
  failed: 0,
  notes: [],
};

export class IndexStatus {
  readonly #log: Logger;
  readonly #listeners = new Set<() => void>();
  #current: KnowledgeStatus;
  /** Settles when it is known whether the index can be searched. */
  #known = Promise.withResolvers<undefined>();

  constructor(model: string, log: Logger) {
    this.#current = { ...atStart, model };
    this.#log = log;
  }

  get current(): KnowledgeStatus {
    return this.#current;
  }

  works(change: Partial<KnowledgeStatus> & { readonly state: "indexing" | "ready" }): void {
    const { reason, ...before } = this.#current;
    if (reason !== undefined) this.#log.info("Documents can be searched again");
    this.#set({ ...before, ...change });
  }

  fails(reason: string): void {
    if (this.#current.reason !== reason) this.#log.warn("Documents cannot be searched", { reason });
    this.#set({ ...this.#current, state: "degraded", reason });
  }

  /** What was known is of another configuration. */
  forget(model: string): void {
    this.#current = { ...this.#current, model };
    const before = this.#known;
    this.#known = Promise.withResolvers<undefined>();
    void this.#known.promise.then(before.resolve);
  }

  /** Rejects with the signal's reason. */
  async known(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<undefined>();
    const onAbort = () => aborted.resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await Promise.race([this.#known.promise, aborted.promise]);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Nobody waits any more, and nobody is told. */
  close(): void {
    this.#listeners.clear();
    this.#known.resolve(undefined);
  }

  #set(status: KnowledgeStatus): void {
    this.#current = status;
    this.#known.resolve(undefined);
    for (const listener of this.#listeners) listener();
  }
}
