// What of a soak's result must not be: what was lost, and what grew.

import type { Figures } from "./figures.ts";
import type { SoakResult } from "./soak.ts";

export interface Drift {
  /** Median of some rounds after those in which caches fill. */
  readonly settled: number;
  /** Median of the last rounds. */
  readonly end: number;
}

/** What may come and go between two rounds without being a leak. */
const most = { pssBytes: 12e6, heapBytes: 2e6, objects: 4_000, handles: 2, stateBytes: 4e6, stateBytesPerJob: 2e3 };

type LossResult = Pick<SoakResult, "streams" | "received" | "jobs" | "problems" | "errorLines">;

/** Sentences; none: nothing was lost on the way. Holds on any machine, however slow or emulated. */
export function lossFaults({ streams, received, jobs, problems, errorLines }: LossResult): readonly string[] {
  return [
    ...streams.faults(),
    ...[...received].flatMap(([agent, count]) => unansweredFaults(agent, count, streams.heard(agent))),
    ...ofJobs("have no result", jobs.lost),
    ...ofJobs("have more than one result", jobs.doubled),
    ...ofJobs("have another result than they should", jobs.wrong),
    ...problems,
    ...errorLines.map((line) => `The log has an error: ${line}`),
  ];
}

/** Sentences; none: nothing grew. */
export function growthFaults({ rounds, jobs }: Pick<SoakResult, "rounds" | "jobs">): readonly string[] {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (first === undefined || last === undefined) return ["No round of load was run"];
  const mostState = most.stateBytes + jobs.acknowledged * most.stateBytesPerJob;
  return [
    ...grown(
      "PSS",
      drift(rounds, ({ pssBytes }) => pssBytes),
      most.pssBytes,
    ),
    ...grown(
      "The heap",
      drift(rounds, ({ heapBytes }) => heapBytes),
      most.heapBytes,
    ),
    ...objectFaults(drift(rounds, ({ heapObjects }) => heapObjects)),
    ...grown("The state directory", { settled: first.stateBytes, end: last.stateBytes }, mostState),
    ...handleFaults(first, last),
    ...subscriptionFaults(first, last),
  ];
}

/** From the second quarter of the rounds to the last one, at most ten rounds each. */
export function drift(rounds: readonly Figures[], of: (figures: Figures) => number): Drift {
  const count = Math.max(1, Math.min(10, Math.floor(rounds.length / 4)));
  const from = Math.floor(rounds.length / 4);
  return { settled: median(rounds.slice(from, from + count).map(of)), end: median(rounds.slice(-count).map(of)) };
}

/** A prompt of which its caller heard nothing must be one that never arrived. */
function unansweredFaults(agent: string, received: number, heard: number): readonly string[] {
  if (received === heard) return [];
  return [`Agent "${agent}" received ${received} prompts, and something was heard of ${heard}`];
}

function ofJobs(what: string, ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [] : [`${ids.length} jobs ${what}: ${ids.slice(0, 10).join(", ")}`];
}

function grown(what: string, { settled, end }: Drift, mostBytes: number): readonly string[] {
  if (end - settled <= mostBytes) return [];
  return [
    `${what} grew from ${megabytes(settled)} to ${megabytes(end)} MB: ${megabytes(mostBytes)} MB more is the most`,
  ];
}

/** Their number is steadier than their size: it shows a small leak soonest. */
function objectFaults({ settled, end }: Drift): readonly string[] {
  if (end - settled <= most.objects) return [];
  return [`${settled} objects on the heap became ${end}: ${most.objects} more is the most`];
}

function handleFaults(first: Figures, last: Figures): readonly string[] {
  if (last.handles <= first.handles + most.handles) return [];
  return [`${first.handles} handles became ${last.handles}`];
}

function subscriptionFaults(first: Figures, last: Figures): readonly string[] {
  const added = without(last.subscriptions, first.subscriptions);
  const gone = without(first.subscriptions, last.subscriptions);
  if (added.length + gone.length === 0) return [];
  return [`Subscriptions came (${added.join(", ")}) or went (${gone.join(", ")})`];
}

/** What `list` has more often than `others`. */
function without(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return list.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
