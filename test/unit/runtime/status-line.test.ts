import { expect, test } from "bun:test";
import type { RuntimeStatus } from "../../../src/runtime/control-protocol.ts";
import { statusLine } from "../../../src/runtime/status-line.ts";

const agent = { name: "a", models: ["m"], inFlight: 0, queued: 0, requests: 0, errors: 0, source: "/a.yaml" } as const;
const endpoint = { name: "ollama", provider: "ollama", models: [], parallel: 1, busy: 0, waiting: 0, finishing: 0 };
const status: RuntimeStatus = {
  version: "1",
  pid: 1,
  startedAt: "",
  uptimeS: 1,
  rssBytes: 1,
  stateDirectory: "/s",
  isDraining: false,
  bus: { server: "bundled", state: "connected", since: "" },
  agents: [],
  endpoints: [],
  files: [],
};

test("a line says how many agents are how, the bus and the models", () => {
  const line = statusLine({
    ...status,
    agents: [
      { ...agent, state: "ready", inFlight: 2 },
      { ...agent, state: "degraded" },
      { ...agent, state: "ready" },
    ],
    endpoints: [{ ...endpoint, state: "unreachable", reason: "connection refused" }],
  });
  expect(line).toBe(
    '3 agents: 2 ready, 1 degraded, 2 turns in flight; bus connected, bundled; model endpoint "ollama" unreachable (connection refused)',
  );
});

test("jobs that wait or run are in it, and the link to the hub", () => {
  const jobs = { waiting: 2, running: 0, done: 9, failed: 1, expired: 0 };
  const hub = { url: "tls://hub:7422", state: "connected", since: "" } as const;
  const line = (bus: Partial<RuntimeStatus["bus"]>) =>
    statusLine({
      ...status,
      agents: [
        { ...agent, state: "ready", jobs: { ...jobs, running: 1 } },
        { ...agent, state: "ready", jobs },
      ],
      bus: { ...status.bus, ...bus },
    });
  expect(line({ hub })).toBe("2 agents: 2 ready; jobs: 4 waiting, 1 running; bus connected, bundled; hub up");
  expect(line({ hub: { ...hub, state: "disconnected", reason: "no route" } })).toEndWith("; hub down (no route)");
  expect(line({ hub: { ...hub, state: "connecting" } })).toEndWith("; hub down");
});

test("what is wrong is in it: the bus, the files, the way down", () => {
  const line = statusLine({
    ...status,
    isDraining: true,
    bus: { server: "external", state: "reconnecting", problem: "The connection was lost", since: "" },
    files: [
      { file: "/a.yaml", problems: ["bad"], usesLastGood: false },
      { file: "/b.yaml", problems: [], usesLastGood: false },
    ],
  });
  expect(line).toBe(
    'Draining: No agents; bus reconnecting, external (The connection was lost); 1 file with problems, see "muster status"',
  );
});
