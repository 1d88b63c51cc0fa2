// Shares an endpoint's slots between agents: whoever was served longest ago is next, so a long queue of one agent never keeps another waiting.

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

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  /** A slot at once, or undefined when there is none. */
  tryTake(agent: string): Slot | undefined {
    return this.#isFree() ? this.#grant(agent) : undefined;
  }

  /** Waits for a slot. Rejects with the signal's reason, and then leaves no trace. */
  async take(agent: string, signal: AbortSignal): Promise<Slot> {
    signal.throwIfAborted();
    const free = this.tryTake(agent);
    if (free !== undefined) return free;
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const waiter = { grant: resolve };
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

  #grant(agent: string): Slot {
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
      const waiter = agent === undefined ? undefined : this.#queues.get(agent)?.values().next().value;
      if (agent === undefined || waiter === undefined) return;
      this.#remove(agent, waiter);
      waiter.grant(this.#grant(agent));
    }
  }

  /** The waiting agent whose latest grant is the oldest; of those never served, the one that came first. */
  #nextAgent(): string | undefined {
    let next: string | undefined;
    let oldest = Infinity;
    for (const agent of this.#queues.keys()) {
      const grant = this.#lastGrant.get(agent) ?? 0;
      if (grant < oldest) [next, oldest] = [agent, grant];
    }
    return next;
  }

  #forgetIdle(agent: string): void {
    if (!this.#held.has(agent) && !this.#queues.has(agent)) this.#lastGrant.delete(agent);
  }
}
