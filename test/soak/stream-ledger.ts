// How every stream of a soak came out, and which of them must not have come out so.

import type { Disturbance } from "./disturbances.ts";

/**
 * `whole`: the expected text and one end. `error`: one error frame and one end. `unserved`: nobody listened. `unheard`: nothing came back, no
 * acknowledgement either. `hole`: one end, another text. `unfinished`: acknowledged, and no end. `beyond`: something after the end.
 */
export type Outcome = "whole" | "error" | "unserved" | "unheard" | "hole" | "unfinished" | "beyond";

const outcomes: readonly Outcome[] = ["whole", "error", "unserved", "unheard", "hole", "unfinished", "beyond"];
const maxFaults = 50;

/**
 * A model that is away costs an error. So does a NATS server that is killed: what it was carrying is gone, and if that was a prompt, nothing comes
 * back. What was acknowledged has its end whatever happens, and no gap without an error.
 */
const accepted: Readonly<Record<Disturbance | "nothing", readonly Outcome[]>> = {
  nothing: ["whole"],
  model: ["whole", "error"],
  nats: ["whole", "error", "unserved", "unheard"],
};

export type Counts = Readonly<Record<Outcome, number>>;

export class StreamLedger {
  readonly #counts = new Map<string, Record<Outcome, number>>();
  readonly #faults: string[] = [];
  readonly #heard = new Map<string, number>();
  #lost = 0;

  /** A stream of an agent; `detail` tells a fault from others like it. */
  add(agent: string, outcome: Outcome, disturbedBy: ReadonlySet<Disturbance>, detail: string): void {
    if (outcome !== "unserved" && outcome !== "unheard") this.#heard.set(agent, this.heard(agent) + 1);
    const kinds = [...disturbedBy].sort();
    this.#countsOf(kinds.join("+"))[outcome]++;
    const isAccepted = kinds.length === 0 ? accepted.nothing.includes(outcome) : isAcceptedBy(outcome, kinds);
    if (isAccepted) return;
    this.#lost++;
    const during = kinds.length === 0 ? "" : ` while ${kinds.join(" and ")} was away`;
    if (this.#faults.length < maxFaults) this.#faults.push(`A stream was "${outcome}"${during}: ${detail}`);
  }

  /** Streams with nothing away, or with `"model"`, `"nats"`, `"model+nats"` away at some time. */
  counts(disturbedBy: string): Counts {
    return { ...this.#countsOf(disturbedBy) };
  }

  total(): number {
    return [...this.#counts.values()].flatMap((counts) => Object.values(counts)).reduce((sum, one) => sum + one, 0);
  }

  /** Streams of an agent of which something came. */
  heard(agent: string): number {
    return this.#heard.get(agent) ?? 0;
  }

  /** Streams that came out as they must not. */
  lost(): number {
    return this.#lost;
  }

  faults(): readonly string[] {
    return this.#faults;
  }

  #countsOf(key: string): Record<Outcome, number> {
    const counts = this.#counts.get(key) ?? noCounts();
    this.#counts.set(key, counts);
    return counts;
  }
}

function isAcceptedBy(outcome: Outcome, kinds: readonly Disturbance[]): boolean {
  return kinds.some((kind) => accepted[kind].includes(outcome));
}

function noCounts(): Record<Outcome, number> {
  return { whole: 0, error: 0, unserved: 0, unheard: 0, hole: 0, unfinished: 0, beyond: 0 };
}

export function countsText(counts: Counts): string {
  const parts = outcomes.filter((outcome) => counts[outcome] > 0).map((outcome) => `${counts[outcome]} ${outcome}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
