// Who is served now, who waits, who is refused: one agent's `concurrency` and `queue`, first come first served, jobs after all callers.

import { ServiceError } from "../../protocol/service-error.ts";
import { type Deferred, deferred } from "../deferred.ts";

/** A prompt's place. `leave` gives it up, served or not, and may be called again. */
export interface Ticket {
  isServing(): boolean;
  /** Resolves when it is served; never, when it leaves before. */
  served(): Promise<void>;
  leave(): void;
}

/** How much one more turn counts in the estimate of how long turns take. */
const weight = 0.2;
const longestRetryS = 3_600;

export class Admission {
  readonly #concurrency: number;
  readonly #queue: number;
  readonly #serving = new Set<Place>();
  readonly #waiting = new Set<Place>();
  /** Served when no caller waits. */
  readonly #background = new Set<Place>();
  #averageMs: number | undefined;

  constructor(limits: { readonly concurrency: number; readonly queue: number }) {
    this.#concurrency = limits.concurrency;
    this.#queue = limits.queue;
  }

  get inFlight(): number {
    return this.#serving.size;
  }

  get queued(): number {
    return this.#waiting.size + this.#background.size;
  }

  /** A place, or the 429 that refuses it. */
  enter(): Ticket | ServiceError {
    if (this.#serving.size >= this.#concurrency && this.#waiting.size >= this.#queue) return this.#busy();
    const place = new Place((leaver) => this.#leave(leaver));
    if (this.#serving.size < this.#concurrency) this.#serve(place);
    else this.#waiting.add(place);
    return place;
  }

  /** A place behind every caller. Its own side bounds how many wait. */
  enterBackground(): Ticket {
    const place = new Place((leaver) => this.#leave(leaver));
    if (this.#serving.size < this.#concurrency && this.#waiting.size === 0) this.#serve(place);
    else this.#background.add(place);
    return place;
  }

  #serve(place: Place): void {
    this.#serving.add(place);
    place.serve();
  }

  #leave(place: Place): void {
    this.#waiting.delete(place);
    this.#background.delete(place);
    if (!this.#serving.delete(place)) return;
    const tookMs = performance.now() - place.servedAtMs;
    this.#averageMs = this.#averageMs === undefined ? tookMs : this.#averageMs + weight * (tookMs - this.#averageMs);
    const [next = [...this.#background][0]] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#background.delete(next);
    this.#serve(next);
  }

  #busy(): ServiceError {
    const message = `The agent is busy (prompts in work: ${this.inFlight}, waiting: ${this.#waiting.size}); try again later`;
    return new ServiceError(429, "busy", message, { retry_after_s: this.#retryAfterS() });
  }

  /** When a place is likely to be free: one turn's usual time over the turns that run at once, or as long as the oldest has run. */
  #retryAfterS(): number {
    const [oldest] = this.#serving;
    const usualMs = this.#averageMs ?? (oldest === undefined ? 0 : performance.now() - oldest.servedAtMs);
    return Math.min(longestRetryS, Math.max(1, Math.ceil(usualMs / this.#concurrency / 1_000)));
  }
}

class Place implements Ticket {
  servedAtMs = 0;
  readonly #onLeave: (place: Place) => void;
  #isServing = false;
  #whenServed: Deferred<undefined> | undefined;

  constructor(onLeave: (place: Place) => void) {
    this.#onLeave = onLeave;
  }

  isServing(): boolean {
    return this.#isServing;
  }

  async served(): Promise<void> {
    if (this.#isServing) return;
    this.#whenServed ??= deferred<undefined>();
    await this.#whenServed.promise;
  }

  serve(): void {
    this.#isServing = true;
    this.servedAtMs = performance.now();
    this.#whenServed?.resolve(undefined);
  }

  leave(): void {
    this.#onLeave(this);
  }
}
