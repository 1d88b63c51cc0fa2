// The last turns' traces, kept in memory for whoever asks later or follows: bounded in number and bytes, the oldest out first.

import type { TurnTrace } from "./trace.ts";
import { type TurnTotals, turnTotals } from "./turn-totals.ts";

/** A trace with the time at which its turn ended, as in the log. */
export interface EndedTurn extends TurnTrace {
  /** ISO 8601. */
  readonly endedAt: string;
  /** Of its model calls. Absent: it has none. */
  readonly totals?: TurnTotals;
}

export interface TraceLimits {
  readonly turns: number;
  readonly bytes: number;
}

export const defaultTraceLimits: TraceLimits = { turns: 500, bytes: 1024 * 1024 };

interface Kept {
  readonly turn: EndedTurn;
  readonly bytes: number;
}

export class RecentTraces {
  readonly #limits: TraceLimits;
  readonly #now: () => Date;
  readonly #followers = new Set<(turn: EndedTurn) => void>();
  /** In order of arrival: a set lets the oldest go at no cost. */
  readonly #kept = new Set<Kept>();
  #bytes = 0;

  constructor(limits = defaultTraceLimits, now = () => new Date()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Never throws. */
  readonly add = (trace: TurnTrace): void => {
    const totals = trace.calls.length === 0 ? {} : { totals: turnTotals(trace.calls) };
    const turn = { ...trace, ...totals, endedAt: this.#now().toISOString() };
    const kept = { turn, bytes: JSON.stringify(turn).length };
    this.#kept.add(kept);
    this.#bytes += kept.bytes;
    for (const oldest of this.#kept) {
      if (this.#kept.size <= this.#limits.turns && this.#bytes <= this.#limits.bytes) break;
      this.#kept.delete(oldest);
      this.#bytes -= oldest.bytes;
    }
    for (const tell of [...this.#followers]) tell(turn);
  };

  /** Of one agent, or of all; oldest first. */
  kept(agent?: string): readonly EndedTurn[] {
    const turns = [...this.#kept].map(({ turn }) => turn);
    return agent === undefined ? turns : turns.filter((turn) => turn.agent === agent);
  }

  /** Calls `listener`, which must not throw, for each turn to come; returns what ends that. */
  follow(listener: (turn: EndedTurn) => void): () => void {
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }

  /** Lets the older half go. Returns how many went. */
  shrink(): number {
    const goal = Math.floor(this.#kept.size / 2);
    const before = this.#kept.size;
    for (const oldest of this.#kept) {
      if (this.#kept.size <= goal) break;
      this.#kept.delete(oldest);
      this.#bytes -= oldest.bytes;
    }
    return before - this.#kept.size;
  }
}
