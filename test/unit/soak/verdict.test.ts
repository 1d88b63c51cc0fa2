import { describe, expect, test } from "bun:test";
import type { Figures } from "../../soak/figures.ts";
import type { JobCount } from "../../soak/job-count.ts";
import { StreamLedger } from "../../soak/stream-ledger.ts";
import { drift, growthFaults, lossFaults } from "../../soak/verdict.ts";

const quiet: Figures = {
  atS: 0,
  pssBytes: 100e6,
  natsPssBytes: 20e6,
  heapBytes: 18e6,
  heapObjects: 80_000,
  types: {},
  handles: 22,
  kept: 4,
  subscriptions: ["a", "b"],
  stateBytes: 1e6,
};
const noJobs: JobCount = { acknowledged: 0, lost: [], doubled: [], wrong: [] };

function rounds(change: (round: number) => Partial<Figures>): readonly Figures[] {
  return Array.from({ length: 12 }, (_, round) => ({ ...quiet, ...change(round) }));
}

function grownBy(change: (round: number) => Partial<Figures>): readonly string[] {
  return growthFaults({ rounds: rounds(change), jobs: noJobs });
}

describe("growth", () => {
  test("what stays, comes back or fills up once is none", () => {
    expect(grownBy(() => ({}))).toEqual([]);
    expect(grownBy((round) => ({ heapBytes: round < 3 ? 9e6 : 18e6, handles: round === 5 ? 90 : 22 }))).toEqual([]);
  });

  test("a heap and a memory that grow by the round are", () => {
    expect(grownBy((round) => ({ heapBytes: 18e6 + round * 1e6 }))).toEqual([
      "The heap grew from 22.0 to 28.0 MB: 2.0 MB more is the most",
    ]);
    expect(grownBy((round) => ({ heapObjects: 80_000 + round * 1_000 }))).toEqual([
      "84000 objects on the heap became 90000: 4000 more is the most",
    ]);
    expect(grownBy((round) => ({ pssBytes: 100e6 + round * 5e6 }))).toHaveLength(1);
  });

  test("handles and subscriptions that do not come back are", () => {
    expect(grownBy((round) => ({ handles: 22 + round }))).toEqual(["22 handles became 33"]);
    expect(grownBy((round) => ({ subscriptions: round === 11 ? ["a", "a", "c"] : ["a", "b"] }))).toEqual([
      "Subscriptions came (a, c) or went (b)",
    ]);
  });

  test("the state directory may grow by what is kept of each job", () => {
    const grown = rounds((round) => ({ stateBytes: round * 1e6 }));
    expect(growthFaults({ rounds: grown, jobs: noJobs })).toHaveLength(1);
    expect(growthFaults({ rounds: grown, jobs: { ...noJobs, acknowledged: 10_000 } })).toEqual([]);
  });

  test("is told from the second quarter of the rounds on", () => {
    expect(
      drift(
        rounds((round) => ({ kept: round })),
        ({ kept }) => kept,
      ),
    ).toEqual({ settled: 4, end: 10 });
  });
});

describe("loss", () => {
  const faultsWith = (streams: StreamLedger, jobs = noJobs, problems: readonly string[] = []) =>
    lossFaults({ streams, received: new Map(), jobs, errorLines: [], problems });

  test("a stream that is not whole is one, unless what was away explains it", () => {
    const streams = new StreamLedger();
    streams.add("a", "whole", new Set(), "1");
    streams.add("a", "error", new Set(["model"]), "2");
    streams.add("a", "unheard", new Set(["nats"]), "3");
    expect(faultsWith(streams)).toEqual([]);
    streams.add("a", "error", new Set(), "4");
    streams.add("a", "unfinished", new Set(["model"]), "5");
    streams.add("a", "beyond", new Set(["nats", "model"]), "6");
    expect(faultsWith(streams)).toEqual([
      'A stream was "error": 4',
      'A stream was "unfinished" while model was away: 5',
      'A stream was "beyond" while model and nats was away: 6',
    ]);
    expect([streams.total(), streams.lost()]).toEqual([6, 3]);
  });

  test("a prompt that arrived and of which its caller heard nothing is one", () => {
    const streams = new StreamLedger();
    streams.add("a", "error", new Set(["nats"]), "1");
    streams.add("a", "unheard", new Set(["nats"]), "2");
    const faults = (count: number) =>
      lossFaults({ streams, received: new Map([["a", count]]), jobs: noJobs, errorLines: [], problems: [] });
    expect(faults(1)).toEqual([]);
    expect(faults(2)).toEqual(['Agent "a" received 2 prompts, and something was heard of 1']);
  });

  test("jobs without a result, with two, or with another are", () => {
    const jobs = { acknowledged: 9, lost: ["a"], doubled: ["b", "c"], wrong: ["d"] };
    expect(faultsWith(new StreamLedger(), jobs, ["It broke"])).toEqual([
      "1 jobs have no result: a",
      "2 jobs have more than one result: b, c",
      "1 jobs have another result than they should: d",
      "It broke",
    ]);
  });
});
