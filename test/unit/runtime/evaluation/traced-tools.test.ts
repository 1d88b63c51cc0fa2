import { expect, test } from "bun:test";
import { turnOf } from "../../../../src/runtime/evaluation/traced-tools.ts";
import type { EndedTurn } from "../../../../src/telemetry/recent-traces.ts";

const ended = (id: string, session: string, more: Partial<EndedTurn> = {}): EndedTurn => ({
  ...{ id, session, agent: "helper", endedAt: "2026-01-02T03:04:05Z", outcome: "ok", totalMs: 1 },
  ...{ calls: [], tools: [], fallbacks: [], trimmedTurns: 0 },
  ...more,
});

test("a turn is found by its place in its conversation, and what follows a turn is none", () => {
  const turns = [ended("1", "a"), ended("2", "b"), ended("1", "a", { purpose: "summary" }), ended("3", "a")];
  expect(turnOf(turns, { session: "a", turn: 1 })?.id).toBe("3");
  expect(turnOf(turns, { session: "b", turn: 0 })?.id).toBe("2");
  expect(turnOf(turns, { session: "a", turn: 2 })).toBeUndefined();
});
