import { expect, test } from "bun:test";
import type { AgentStatus, RuntimeStatus } from "../../../src/runtime/control-protocol.ts";
import { notReadyReasons } from "../../../src/runtime/readiness.ts";

function status(change: Partial<RuntimeStatus> = {}): RuntimeStatus {
  return {
    version: "1.2.3",
    pid: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    uptimeS: 1,
    rssBytes: 1,
    stateDirectory: "/state",
    isDraining: false,
    bus: { server: "external", state: "connected", since: "2026-01-01T00:00:00.000Z" },
    agents: [],
    endpoints: [],
    files: [],
    ...change,
  };
}

function agent(state: AgentStatus["state"], reason?: string): AgentStatus {
  const counts = { inFlight: 0, queued: 0, requests: 0, errors: 0 };
  return { name: "a", state, models: [], source: "/a.yaml", ...counts, ...(reason === undefined ? {} : { reason }) };
}

test("agents that take prompts, or were told not to, are ready; so is a runtime with a bad file", () => {
  const agents = (["starting", "ready", "draining", "stopped"] as const).map((state) => agent(state));
  const files = [{ file: "/b.yaml", problems: ["b.yaml:1:1: x"], usesLastGood: true }];
  expect(notReadyReasons(status({ agents, files }), true)).toEqual([]);
});

test("each reason is named", () => {
  const current = status({
    isDraining: true,
    bus: { server: "external", state: "reconnecting", since: "2026-01-01T00:00:00.000Z" },
    agents: [agent("degraded", 'model "m": refused'), agent("failed")],
    memory: { limitBytes: 1, state: "full" },
  });
  expect(notReadyReasons(current, false)).toEqual([
    "the runtime is starting",
    "the runtime is stopping",
    "the bus is reconnecting",
    "memory is at its limit: new prompts are refused",
    'agent "a" is degraded: model "m": refused',
    'agent "a" is failed',
  ]);
});
