// How many jobs of each agent wait, run and have ended, as figures for people: corrected at every look into the queue, exact in between
// unless others put jobs in or take them out.

import type { JobResult } from "./job-record.ts";

export interface JobCounts {
  /** In the queue and in nobody's hand. */
  readonly waiting: number;
  readonly running: number;
  /** Ended since the runtime's start. `failed`: set aside. */
  readonly done: number;
  readonly failed: number;
  readonly expired: number;
}

const noneEnded = { done: 0, failed: 0, expired: 0 } as const;

export class JobTally {
  /** In the queue, those in hand included; undefined before the first look. */
  #kept: Map<string, number> | undefined;
  readonly #running = new Map<string, number>();
  readonly #ended = new Map<string, Record<JobResult["state"], number>>();

  /** What the queue holds, by agent. */
  looked(kept: ReadonlyMap<string, number>): void {
    this.#kept = new Map(kept);
  }

  /** A job was published. */
  heard(name: string): void {
    add(this.#kept, name, 1);
  }

  took(name: string): void {
    add(this.#running, name, 1);
  }

  /** It is in hand no more, whatever became of it. */
  left(name: string): void {
    add(this.#running, name, -1);
  }

  ended(name: string, state: JobResult["state"]): void {
    add(this.#kept, name, -1);
    const before = this.#ended.get(name) ?? noneEnded;
    this.#ended.set(name, { ...before, [state]: before[state] + 1 });
  }

  forget(name: string): void {
    this.#ended.delete(name);
  }

  /** Undefined while nothing is known of the queue. */
  of(name: string): JobCounts | undefined {
    if (this.#kept === undefined) return undefined;
    const running = this.#running.get(name) ?? 0;
    const waiting = Math.max(0, (this.#kept.get(name) ?? 0) - running);
    return { waiting, running, ...(this.#ended.get(name) ?? noneEnded) };
  }
}

function add(numbers: Map<string, number> | undefined, name: string, by: number): void {
  if (numbers === undefined) return;
  const next = (numbers.get(name) ?? 0) + by;
  if (next > 0) numbers.set(name, next);
  else numbers.delete(name);
}
