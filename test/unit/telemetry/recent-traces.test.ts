import { expect, test } from "bun:test";
import { RecentTraces } from "../../../src/telemetry/recent-traces.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";

function trace(id: string, agent = "a", answer?: string): TurnTrace {
  const base = { id, agent, calls: [], tools: [], fallbacks: [], trimmedTurns: 0, outcome: "ok", totalMs: 5 } as const;
  return answer === undefined ? base : { ...base, answer };
}

const at = () => new Date("2026-01-02T03:04:05Z");

test("keeps the newest turns, as many as their number and bytes allow", () => {
  const recent = new RecentTraces({ turns: 3, bytes: 2000 }, at);
  for (const id of ["1", "2", "3", "4"]) recent.add(trace(id));
  expect(recent.kept().map(({ id }) => id)).toEqual(["2", "3", "4"]);
  expect(recent.kept()[0]?.endedAt).toBe("2026-01-02T03:04:05.000Z");
  recent.add(trace("5", "a", "x".repeat(1700)));
  expect(
    recent
      .kept()
      .map(({ id }) => id)
      .at(-1),
  ).toBe("5");
  expect(recent.kept().length).toBeLessThan(3);
  recent.add(trace("6", "a", "x".repeat(5000)));
  expect(recent.kept()).toEqual([]);
});

test("tells those of one agent, and those who follow of each turn to come", () => {
  const recent = new RecentTraces(undefined, at);
  const heard: string[] = [];
  recent.add(trace("1", "a"));
  const end = recent.follow(({ id }) => heard.push(id));
  recent.add(trace("2", "b"));
  end();
  recent.add(trace("3", "a"));
  expect(recent.kept("a").map(({ id }) => id)).toEqual(["1", "3"]);
  expect(heard).toEqual(["2"]);
});

test("lets the older half go when memory is short", () => {
  const recent = new RecentTraces(undefined, at);
  for (const id of ["1", "2", "3", "4", "5"]) recent.add(trace(id));
  expect(recent.shrink()).toBe(3);
  expect(recent.kept().map(({ id }) => id)).toEqual(["4", "5"]);
});
