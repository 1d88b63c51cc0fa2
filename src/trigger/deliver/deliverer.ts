// Brings answers to where they go, those of one trigger in their order, for as long as it takes: a cut link loses none.

import { backoff } from "../../host/backoff.ts";
import { steppedClock } from "../../host/stepped-clock.ts";
import type { Clock } from "../clock.ts";
import type { PendingDelivery } from "../store/outbox.ts";
import type { TriggerKey } from "../store/run-record.ts";
import type { RunStore } from "../store/run-store.ts";
import { deliver, type DeliverPorts, keepAsResult, type Outcome } from "./deliver.ts";
import { LinkProof } from "./link-proof.ts";
import { decodeTarget } from "./target.ts";

const longestMs = 7 * 24 * 3_600_000;
const mostWaiting = 5_000;
/** A link to a hub is looked for this often. */
const hubMs = 2_000;

export interface DelivererParts extends DeliverPorts {
  readonly store: RunStore;
  readonly clock: Clock;
}

export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #work = new Map<string, Promise<void>>();
  readonly #wakes = new Set<() => void>();
  /** Of each trigger, by its key's name. */
  readonly #proofs = new Map<string, LinkProof>();
  readonly #stopListening: () => void;
  #isClosed = false;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#stopListening = parts.bus.onStatus(({ state }) => {
      if (state === "connected") this.wake();
    });
    for (const key of parts.store.outbox.keysToDeliver()) this.add(key);
  }

  /** The trigger has an answer more. */
  add(key: TriggerKey): void {
    const name = nameOf(key);
    if (this.#isClosed) return;
    if (this.#work.has(name)) {
      this.wake();
      return;
    }
    const work = this.#deliverAll(key)
      .catch((error: unknown) => this.#parts.log.error("Answers of a trigger cannot be delivered", { ...key, error }))
      .finally(() => {
        this.#work.delete(name);
        this.#proofs.delete(name);
        // One may have come while the last look was under way.
        if (!this.#isClosed && this.#parts.store.outbox.countToDeliver(key) > 0) this.add(key);
      });
    this.#work.set(name, work);
  }

  /** What was in the way may be gone. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /** Waits for the tries that are under way; what is left is delivered by the next process. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    this.wake();
    await Promise.all(this.#work.values());
  }

  async #deliverAll(key: TriggerKey): Promise<void> {
    const { store, hubLink, clock } = this.#parts;
    const wait = backoff(1_000, 60_000);
    const proof = new LinkProof(hubLink, () => clock.steadyMs());
    this.#proofs.set(nameOf(key), proof);
    while (!this.#isClosed) {
      this.#dropExcess(key);
      for (const seq of proof.settle()) store.outbox.delivered(seq);
      const next = store.outbox.nextDelivery(key, { toHub: hubLink()?.isUp !== false, besides: proof.waiting() });
      if (next === undefined) {
        if (store.outbox.countToDeliver(key) === 0) return;
        await this.#pause(hubMs);
        continue;
      }
      const outcome = await this.#try(next);
      if (this.#note(next, outcome)) wait.reset();
      else await this.#pause(wait.next());
    }
  }

  async #try(delivery: PendingDelivery): Promise<Outcome> {
    const target = decodeTarget(delivery.target);
    if (target === undefined) return { type: "never", reason: "Where it goes is not known any more" };
    if ((steppedClock.ageMs(delivery.endedMs) ?? 0) > longestMs) {
      return { type: "never", reason: "It could not be delivered within 7 days" };
    }
    if (target.type !== "file") await keepAsResult(delivery, target, this.#parts);
    return deliver(delivery, target, this.#parts);
  }

  /** Whether the next one may be tried at once. */
  #note({ seq, id, agent, trigger }: PendingDelivery, outcome: Outcome): boolean {
    const { store, log } = this.#parts;
    const about = { agent, trigger, run: id };
    switch (outcome.type) {
      case "delivered":
        store.outbox.delivered(seq);
        log.info("An answer was delivered", about);
        return true;
      case "here":
        store.outbox.sentTo(seq, "Sent here; it goes out again when the link to the hub is up");
        return true;
      case "sent":
        store.outbox.sentTo(seq, "Sent; it goes out again if the link to the hub turns out to be cut");
        this.#proofs.get(nameOf({ agent, trigger }))?.add(seq, outcome.since);
        return true;
      case "never":
        store.outbox.giveUp(seq, outcome.reason);
        log.warn("An answer cannot be delivered", { ...about, reason: outcome.reason });
        return true;
      case "later":
        if (store.outbox.notYet(seq, outcome.reason))
          log.warn("An answer waits for its delivery", { ...about, reason: outcome.reason });
        return false;
    }
  }

  #dropExcess(key: TriggerKey): void {
    const { store, log } = this.#parts;
    let excess = store.outbox.countToDeliver(key) - mostWaiting;
    for (; excess > 0; excess -= 1) {
      const oldest = store.outbox.nextDelivery(key, { toHub: true, besides: [] });
      if (oldest === undefined) return;
      store.outbox.giveUp(oldest.seq, `More than ${mostWaiting} answers waited`);
      log.warn("An answer was given up: too many wait", { ...key, run: oldest.id });
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#wakes.delete(end);
        resolve();
      };
      const cancel = this.#parts.clock.after(ms, end);
      this.#wakes.add(end);
      if (this.#isClosed) end();
    });
  }
}

function nameOf({ agent, trigger }: TriggerKey): string {
  return JSON.stringify([agent, trigger]);
}
