// Shares an endpoint's slots between agents: whoever was served longest ago is next, so a long queue of one agent never keeps another waiting.
// Calls that need the same load (a model with its context) are taken next to each other, so that the endpoint need not load another in between.

import { LoadRun } from "./load-run.ts";

export interface SlotCounts {
  readonly parallel: number;
  /** Slots held by calls. */
  readonly busy: number;
  readonly waiting: number;
  /** Slots held after an abort, because the provider still works on what nobody waits for. */
  readonly finishing: number;
  /** Slots given so far: where it stands still while calls wait, nobody is served. */
  readonly granted: number;
}

/** One held slot. Exactly one of its methods has an effect, once. */
export interface Slot {
  release(): void;
  /** Gives the slot up when `settled` settles, however it does. */
  releaseAfter(settled: Promise<unknown>): void;
}

interface Waiter {
  readonly load: string;
  readonly grant: (slot: Slot) => void;
}

export class Scheduler {
  #parallel: number;
  #busy = 0;
  #finishing = 0;
  #waiting = 0;
  #grants = 0;
  /** Those who wait, by agent, in the order in which they came. */
  readonly #queues = new Map<string, Set<Waiter>>();
  /** Number of an agent's latest grant, for agents that wait or hold a slot. */
  readonly #lastGrant = new Map<string, number>();
  readonly #held = new Map<string, number>();
  readonly #run: LoadRun;

  constructor(parallel: number, run = new LoadRun()) {
    this.#parallel = parallel;
    this.#run = run;
  }

  /**
   * A slot at once, or undefined when there is none.
   * @param load what the endpoint must have loaded for the call; equal texts mean the same
   */
  tryTake(agent: string, load = ""): Slot | undefined {
    return this.#isFree() ? this.#grant(agent, load) : undefined;
  }

  /** Waits for a slot. Rejects with the signal's reason, and then leaves no trace. */
  async take(agent: string, signal: AbortSignal, load = ""): Promise<Slot> {
    signal.throwIfAborted();
    const free = this.tryTake(agent, load);
    if (free !== undefined) return free;
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const waiter = { load, grant: resolve };
    const leave = () => {
      this.#remove(agent, waiter);
      reject(signal.reason);
    };
    this.#add(agent, waiter);
    signal.addEventListener("abort", leave, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** Changes the number of slots. With fewer, those held are kept until their calls end. */
  resize(parallel: number): void {
    this.#parallel = parallel;
    this.#serve();
  }

  counts(): SlotCounts {
    return {
      parallel: this.#parallel,
      busy: this.#busy,
      waiting: this.#waiting,
      finishing: this.#finishing,
      granted: this.#grants,
    };
  }

  #isFree(): boolean {
    return this.#busy + this.#finishing < this.#parallel;
  }

  #add(agent: string, waiter: Waiter): void {
    // Before whoever was served last, and behind all who wait for longer: one that comes and goes must not overtake them each time.
    if (!this.#lastGrant.has(agent)) this.#lastGrant.set(agent, this.#grants - 0.5);
    const queue = this.#queues.get(agent) ?? new Set();
    queue.add(waiter);
    this.#queues.set(agent, queue);
    this.#waiting++;
  }

  #remove(agent: string, waiter: Waiter): void {
    const queue = this.#queues.get(agent);
    if (queue?.delete(waiter) !== true) return;
    this.#waiting--;
    if (queue.size === 0) this.#queues.delete(agent);
    this.#forgetIdle(agent);
  }

  #grant(agent: string, load: string): Slot {
    this.#run.granted(load, this.#eldest((other) => other !== load) !== undefined);
    this.#busy++;
    this.#lastGrant.set(agent, ++this.#grants);
    this.#held.set(agent, (this.#held.get(agent) ?? 0) + 1);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#busy--;
      this.#giveBack(agent);
    };
    const releaseAfter = (settled: Promise<unknown>) => {
      if (!isHeld) return;
      isHeld = false;
      this.#busy--;
      this.#finishing++;
      const end = () => {
        this.#finishing--;
        this.#giveBack(agent);
      };
      settled.then(end, end);
    };
    return { release, releaseAfter };
  }

  #giveBack(agent: string): void {
    const held = (this.#held.get(agent) ?? 1) - 1;
    if (held > 0) this.#held.set(agent, held);
    else this.#held.delete(agent);
    this.#serve();
    this.#forgetIdle(agent);
  }

  #serve(): void {
    while (this.#isFree()) {
      const agent = this.#nextAgent();
      const waiter = agent === undefined ? undefined : this.#head(agent);
      if (agent === undefined || waiter === undefined) return;
      this.#remove(agent, waiter);
      waiter.grant(this.#grant(agent, waiter.load));
    }
  }

  /** Among those of the present load, until its run is over; then among the others, if there are any. */
  #nextAgent(): string | undefined {
    return this.#eldest((load) => this.#run.takes(load)) ?? this.#eldest(() => true);
  }

  /** Of the agents whose first call needs such a load: the one whose latest grant is the oldest. */
  #eldest(isWanted: (load: string) => boolean): string | undefined {
    let next: string | undefined;
    let oldest = Infinity;
    for (const agent of this.#queues.keys()) {
      const grant = this.#lastGrant.get(agent) ?? 0;
      const load = this.#head(agent)?.load;
      if (grant < oldest && load !== undefined && isWanted(load)) [next, oldest] = [agent, grant];
    }
    return next;
  }

  /** Each agent's calls are served in the order in which they came. */
  #head(agent: string): Waiter | undefined {
    return this.#queues.get(agent)?.values().next().value;
  }

  #forgetIdle(agent: string): void {
    if (!this.#held.has(agent) && !this.#queues.has(agent)) this.#lastGrant.delete(agent);
  }
}
