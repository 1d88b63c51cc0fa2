// The nonces of signed messages, for as long as a message with the same one could pass for new (§13.7). In memory, bounded, and shared by all
// agents of a process, so that an agent that replaces another knows them too.

import { clockWindowMs, type NonceStore } from "../../protocol/classify-sender.ts";

export interface NonceLimits {
  /** Of one user. */
  readonly perUser: number;
  readonly total: number;
}

const defaultLimits: NonceLimits = { perUser: 131_072, total: 262_144 };
const sweepMs = 30_000;

export class NonceWindow implements NonceStore {
  readonly #limits: NonceLimits;
  readonly #now: () => number;
  /** By user: nonces with the time until which each is kept, in order of arrival. */
  readonly #seen = new Map<string, Map<string, number>>();
  #size = 0;
  #sweptMs = 0;

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number = Date.now, limits = defaultLimits) {
    this.#now = now;
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  has(user: string, nonce: string): boolean {
    return this.#seen.get(user)?.has(nonce) === true;
  }

  add(user: string, nonce: string, untilMs: number): boolean {
    const nonces = this.#seen.get(user) ?? new Map<string, number>();
    this.#forgetOld(nonces);
    if (this.#size >= this.#limits.total || this.#now() - this.#sweptMs >= sweepMs) this.#sweep();
    if (nonces.size >= this.#limits.perUser || this.#size >= this.#limits.total) return false;
    nonces.set(nonce, untilMs);
    this.#size += 1;
    this.#seen.set(user, nonces);
    return true;
  }

  #sweep(): void {
    this.#sweptMs = this.#now();
    for (const [user, nonces] of this.#seen) {
      this.#forgetOld(nonces);
      if (nonces.size === 0) this.#seen.delete(user);
    }
  }

  /**
   * Up to the first that must stay: one behind it that need not stays a minute longer at most. One that is kept for longer than the window
   * was taken in before our clock was set back, and its message would be refused for its time.
   */
  #forgetOld(nonces: Map<string, number>): void {
    const now = this.#now();
    for (const [nonce, untilMs] of nonces) {
      if (untilMs >= now && untilMs <= now + 2 * clockWindowMs) return;
      nonces.delete(nonce);
      this.#size -= 1;
    }
  }
}
