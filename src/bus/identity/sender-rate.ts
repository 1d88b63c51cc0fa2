// How many prompts of one sender an agent takes in a time. A sender's time begins with its first prompt.

import { ServiceError } from "../../protocol/service-error.ts";

export interface RateLimit {
  readonly limit: number;
  readonly perMs: number;
}

interface Window {
  readonly endsMs: number;
  taken: number;
}

/** More senders than that, and the one that was heard longest ago is forgotten. */
const maxSenders = 10_000;

export class SenderRate {
  readonly #rate: RateLimit | undefined;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  /** `rate`: undefined takes everything. `now`: a clock in ms. */
  constructor(rate: RateLimit | undefined, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** The 429 that refuses a further prompt. */
  refusal(sender: string): ServiceError | undefined {
    const window = this.#current(sender);
    if (this.#rate === undefined || window === undefined || window.taken < this.#rate.limit) return undefined;
    const { limit, perMs } = this.#rate;
    const text = `This agent takes ${limit} prompts of one sender in ${perMs / 1_000} s; try again later`;
    const retryAfterS = Math.max(1, Math.ceil((window.endsMs - this.#now()) / 1_000));
    return new ServiceError(429, "rate_limited", text, { retry_after_s: retryAfterS });
  }

  /** Counts a prompt that is taken. */
  take(sender: string): void {
    if (this.#rate === undefined) return;
    const window = this.#current(sender) ?? { endsMs: this.#now() + this.#rate.perMs, taken: 0 };
    window.taken += 1;
    this.#windows.delete(sender);
    this.#windows.set(sender, window);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > maxSenders && oldest !== undefined) this.#windows.delete(oldest);
  }

  #current(sender: string): Window | undefined {
    const window = this.#windows.get(sender);
    return window === undefined || window.endsMs <= this.#now() ? undefined : window;
  }
}
