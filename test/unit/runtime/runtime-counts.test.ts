import { expect, test } from "bun:test";
import { RuntimeCounts } from "../../../src/runtime/runtime-counts.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";

const trace = (agent: string, outcome: TurnTrace["outcome"]): TurnTrace => ({
  ...{ id: "t1", agent, outcome, totalMs: 1, trimmedTurns: 0 },
  ...{ calls: [], tools: [], fallbacks: [] },
});

test("turns are counted by how they ended, those whose every tool failed apart, until their agent is gone", () => {
  const counts = new RuntimeCounts();
  for (const outcome of ["ok", "tools_failed", "tools_failed", "stopped"] as const) counts.turn(trace("a", outcome));
  counts.turn(trace("b", "error"));
  expect(counts.turns.samples()).toEqual([
    { labels: { agent: "a", outcome: "ok" }, value: 1 },
    { labels: { agent: "a", outcome: "tools_failed" }, value: 2 },
    { labels: { agent: "a", outcome: "stopped" }, value: 1 },
    { labels: { agent: "b", outcome: "error" }, value: 1 },
  ]);
  counts.forget("a");
  expect(counts.turns.samples()).toEqual([{ labels: { agent: "b", outcome: "error" }, value: 1 }]);
});
