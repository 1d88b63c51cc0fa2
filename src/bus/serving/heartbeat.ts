// The heartbeats of all agents of this process (§8): one timer, spread over the interval, at once after a reconnect.

import { longestTimerMs } from "../../host/longest-timer.ts";
import type { BusConnection } from "../connection/connection.ts";

/** Beats due within the same slot share one wake-up. */
const slotMs = 250;
/** Beats sent at once before other work gets a turn. */
const batchSize = 256;

export interface Beating {
  readonly intervalMs: number;
  /** Publishes one beat; does nothing while disconnected. Never throws. */
  beat(): void;
}

export class HeartbeatSchedule {
  readonly #connection: BusConnection;
  readonly #random: () => number;
  readonly #slots = new Map<number, Set<Beating>>();
  readonly #slotOf = new Map<Beating, number>();
  readonly #stopListening: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #armedSlot = Number.POSITIVE_INFINITY;

  constructor(connection: BusConnection, random: () => number = Math.random) {
    this.#connection = connection;
    this.#random = random;
    this.#stopListening = connection.onStatus(({ state }) => {
      if (state === "connected") void this.#beatAll();
    });
  }

  /** Beats now, then every interval; the second beat comes early by chance, so that agents that started together do not beat together. */
  add(beating: Beating): () => void {
    beating.beat();
    this.#schedule(beating, performance.now() + beating.intervalMs * (0.1 + 0.9 * this.#random()));
    return () => this.#remove(beating);
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#slots.clear();
    this.#slotOf.clear();
  }

  async #beatAll(): Promise<void> {
    let sent = 0;
    for (const beating of [...this.#slotOf.keys()]) {
      if (!this.#connection.isConnected()) return;
      beating.beat();
      if (++sent % batchSize === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #schedule(beating: Beating, dueMs: number): void {
    const slot = Math.floor(dueMs / slotMs);
    this.#slotOf.set(beating, slot);
    const members = this.#slots.get(slot);
    if (members === undefined) this.#slots.set(slot, new Set([beating]));
    else members.add(beating);
    if (slot < this.#armedSlot) this.#arm(slot);
  }

  #remove(beating: Beating): void {
    const slot = this.#slotOf.get(beating);
    if (slot === undefined) return;
    this.#slotOf.delete(beating);
    const members = this.#slots.get(slot);
    members?.delete(beating);
    if (members?.size === 0) this.#slots.delete(slot);
  }

  #arm(slot: number): void {
    clearTimeout(this.#timer);
    this.#armedSlot = slot;
    this.#timer = setTimeout(this.#fire, Math.min(longestTimerMs, Math.max(0, slot * slotMs - performance.now())));
  }

  readonly #fire = (): void => {
    const now = performance.now();
    this.#armedSlot = Number.NEGATIVE_INFINITY; // Armed once, below.
    for (const [slot, members] of [...this.#slots]) {
      if (slot * slotMs > now) continue;
      this.#slots.delete(slot);
      for (const beating of members) {
        beating.beat();
        this.#schedule(beating, nextDueMs(slot, beating.intervalMs, now));
      }
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots.keys()) earliest = Math.min(earliest, slot);
    this.#armedSlot = Number.POSITIVE_INFINITY;
    if (Number.isFinite(earliest)) this.#arm(earliest);
  };
}

/** One interval after the beat was due; after a sleep of the machine, one interval from now. */
function nextDueMs(slot: number, intervalMs: number, nowMs: number): number {
  const next = slot * slotMs + intervalMs;
  return next > nowMs ? next : nowMs + intervalMs;
}
