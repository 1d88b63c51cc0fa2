import { expect, test } from "bun:test";
import { RuntimeCounts } from "../../../src/runtime/runtime-counts.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";

const trace = (agent: string, outcome: TurnTrace["outcome"]): TurnTrace => ({
  ...{ id: "t1", agent, outcome, totalMs: 1, trimmedTurns: 0 },
  ...{ calls: [], tools: [], fallbacks: [] },
});

test("calls of tools, approvals and costs are counted with their turn, and what a model makes up is no label", () => {
  const counts = new RuntimeCounts();
  const call = { inputTokens: 1, outputTokens: 1, estimated: false, finish: "stop", totalMs: 1, provider: "openai" };
  const tool = { durationMs: 1, inputBytes: 1, outputBytes: 1 };
  counts.turn({
    ...trace("a", "ok"),
    calls: [
      { ...call, model: "cloud", cost: { amount: 0.5, currency: "USD" } },
      { ...call, model: "local" },
    ],
    tools: [
      { ...tool, name: "clock", outcome: "ok" },
      { ...tool, name: "Made up", outcome: "invalid", isUnknown: true },
    ],
    approvals: [{ tool: "clock", answer: "no", by: "nobody", startMs: 0, waitedMs: 1 }],
  });
  counts.runs({ agent: "a", trigger: "tick", state: "skipped", times: 3 });
  expect(counts.costs.samples()).toEqual([{ labels: { agent: "a", model: "cloud", currency: "USD" }, value: 0.5 }]);
  expect(counts.toolCalls.samples()).toEqual([
    { labels: { agent: "a", tool: "clock", outcome: "ok" }, value: 1 },
    { labels: { agent: "a", tool: "", outcome: "invalid" }, value: 1 },
  ]);
  expect(counts.approvals.samples()).toEqual([{ labels: { agent: "a", answer: "no" }, value: 1 }]);
  expect(counts.triggerRuns.samples()).toEqual([
    { labels: { agent: "a", trigger: "tick", state: "skipped" }, value: 3 },
  ]);
  counts.forget("a");
  for (const family of [counts.costs, counts.toolCalls, counts.approvals, counts.triggerRuns])
    expect(family.samples()).toEqual([]);
});

test("a summary after a turn is no turn of its own, and its tokens count", () => {
  const counts = new RuntimeCounts();
  const call = {
    model: "local",
    provider: "ollama",
    inputTokens: 7,
    outputTokens: 2,
    estimated: false,
    finish: "stop",
    totalMs: 1,
  };
  counts.turn({ ...trace("a", "ok"), purpose: "summary", calls: [call] });
  expect(counts.turns.samples()).toEqual([]);
  expect(counts.tokens.samples().map(({ value }) => value)).toEqual([7, 2]);
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
