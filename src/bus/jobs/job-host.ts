// Where agents meet the jobs that wait for them. Costs a start nothing: all of it is loaded and asked for a moment later.

import type { JobOwner } from "../../protocol/job-subjects.ts";
import type { Logger } from "../../telemetry/log.ts";
import type { BusConnection } from "../connection/connection.ts";
import type { JobAgent, JobTaker } from "./job-agent.ts";
import type { JobDesk } from "./job-desk.ts";
import type { JobCounts } from "./job-tally.ts";

const afterStartMs = 500;

export interface JobHostOptions {
  readonly bus: BusConnection;
  readonly log: Logger;
  /** JetStream's domain at the hub that this bus is a leaf of, where it is one. */
  readonly hubDomain?: string;
}

export class JobHost implements JobTaker {
  readonly #options: JobHostOptions;
  readonly #waiting = new Set<JobAgent>();
  readonly #desks = new Map<string, JobDesk>();
  readonly #stopListening: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: JobHostOptions) {
    this.#options = options;
    this.#stopListening = options.bus.onStatus(() => this.#plan());
  }

  add(agent: JobAgent): void {
    this.#waiting.add(agent);
    this.#plan();
  }

  remove(agent: JobAgent): void {
    this.#waiting.delete(agent);
    this.#desks.get(deskKey(agent.address))?.remove(agent);
  }

  /** Of an agent that is served, by its name; undefined while its jobs were not looked for, or cannot be kept. */
  counts(name: string): JobCounts | undefined {
    for (const desk of this.#desks.values()) {
      const counts = desk.counts(name);
      if (counts !== undefined) return counts;
    }
    return undefined;
  }

  /** Takes no more jobs, and waits at most `timeoutMs` for those in hand. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    this.#stopListening();
    clearTimeout(this.#timer);
    await Promise.all([...this.#desks.values()].map((desk) => desk.close(timeoutMs)));
  }

  #plan(): void {
    if (this.#isClosed || this.#waiting.size === 0 || !this.#options.bus.isConnected()) return;
    this.#timer ??= setTimeout(() => void this.#open(), this.#desks.size === 0 ? afterStartMs : 0);
  }

  async #open(): Promise<void> {
    const { JobDesk } = await import("./job-desk.ts");
    this.#timer = undefined;
    if (this.#isClosed) return;
    for (const agent of this.#waiting) {
      const key = deskKey(agent.address);
      const { agent: harness, owner } = agent.address;
      const desk = this.#desks.get(key) ?? new JobDesk({ ...this.#options, owner: { agent: harness, owner } });
      this.#desks.set(key, desk);
      desk.add(agent);
    }
    this.#waiting.clear();
  }
}

function deskKey({ agent, owner }: JobOwner): string {
  return `${agent}.${owner}`;
}
