// Who is served now, who waits, who is refused: one agent's `concurrency` and `queue`, senders in turn, jobs after all callers.

import { ServiceError } from "../../protocol/service-error.ts";
import { type Deferred, deferred } from "../deferred.ts";
import { WaitingRoom } from "./waiting-room.ts";

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
  readonly #waiting = new WaitingRoom<Place>();
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

  /**
   * A place, or the 429 that refuses it. `sender`: whose turn it uses up; senders take turns, and each finds one place in a queue that others
   * have filled, which makes it twice as long at most.
   */
  enter(sender = ""): Ticket | ServiceError {
    const place = new Place(sender, (leaver) => this.#leave(leaver));
    if (this.#serving.size < this.#concurrency) this.#serve(place);
    else if (this.#hasRoom(sender)) this.#waiting.add(place);
    else return this.#busy();
    return place;
  }

  /** A place behind every caller. Its own side bounds how many wait. */
  enterBackground(): Ticket {
    const place = new Place("", (leaver) => this.#leave(leaver));
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
    const next = this.#waiting.takeNext((sender) => this.#servedOf(sender)) ?? [...this.#background][0];
    if (next === undefined) return;
    this.#background.delete(next);
    this.#serve(next);
  }

  #hasRoom(sender: string): boolean {
    const { size } = this.#waiting;
    return size < this.#queue || (size < 2 * this.#queue && !this.#waiting.hasOf(sender));
  }

  #servedOf(sender: string): number {
    let served = 0;
    for (const place of this.#serving) if (place.sender === sender) served += 1;
    return served;
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
  readonly sender: string;
  readonly #onLeave: (place: Place) => void;
  #isServing = false;
  #whenServed: Deferred<undefined> | undefined;

  constructor(sender: string, onLeave: (place: Place) => void) {
    this.sender = sender;
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
