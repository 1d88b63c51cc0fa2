// A soak's result as a table for people.

import { alignedTable } from "../support/aligned-table.ts";
import type { Figures } from "./figures.ts";
import type { SoakResult } from "./soak.ts";
import { countsText } from "./stream-ledger.ts";
import { drift, megabytes } from "./verdict.ts";

export function reportText(result: SoakResult): string {
  const { seconds, streams, jobs, done, restarts, rounds, logLines } = result;
  const lines: readonly (readonly string[])[] = [
    ["time", `${(seconds / 60).toFixed(1)} minutes, ${rounds.length} rounds`],
    ["streams", `${streams.total()}, ${streams.lost()} lost or unfinished`],
    ["streams with nothing away", countsText(streams.counts(""))],
    [`streams over ${restarts.model} restarts of the model`, countsText(streams.counts("model"))],
    [`streams over ${restarts.nats} ends of NATS`, countsText(streams.counts("nats"))],
    [
      "jobs",
      `${jobs.acknowledged}, ${jobs.lost.length} lost, ${jobs.doubled.length} doubled, ${jobs.wrong.length} wrong`,
    ],
    ...[...done].map(([what, count]) => [what, String(count)]),
    ["log lines", `${logLines}`],
  ];
  return `${alignedTable(lines)}\n\n${alignedTable([["", "start", "settled", "end"], ...growth(result)])}\n\n${types(result)}`;
}

function growth({ start, rounds }: SoakResult): readonly (readonly string[])[] {
  const row = (what: string, of: (figures: Figures) => number, show: (value: number) => string): readonly string[] => {
    const { settled, end } = drift(rounds, of);
    return [what, show(of(start)), show(settled), show(end)];
  };
  const count = (value: number): string => String(value);
  return [
    row("PSS, MB", ({ pssBytes }) => pssBytes, megabytes),
    row("heap, MB", ({ heapBytes }) => heapBytes, megabytes),
    row("objects on the heap", ({ heapObjects }) => heapObjects, count),
    row("handles", ({ handles }) => handles, count),
    row("connections kept to the model", ({ kept }) => kept, count),
    row("subscriptions", ({ subscriptions }) => subscriptions.length, count),
    row("state directory, MB", ({ stateBytes }) => stateBytes, megabytes),
    row("PSS of nats-server, MB", ({ natsPssBytes }) => natsPssBytes, megabytes),
  ];
}

/** Where to look first when the heap has grown. */
function types({ rounds }: SoakResult): string {
  const at = (round: number, type: string): number => rounds.at(round)?.types[type] ?? 0;
  const middle = Math.floor(rounds.length / 4);
  const grown = Object.keys(rounds.at(-1)?.types ?? {})
    .map((type) => ({ type, more: at(-1, type) - at(middle, type) }))
    .filter(({ more }) => more > 20)
    .toSorted((a, b) => b.more - a.more)
    .slice(0, 10);
  const list = grown.map(({ type, more }) => `${type} +${more}`).join(", ");
  return `Types of which there are more at the end than when settled: ${list === "" ? "none" : list}`;
}
