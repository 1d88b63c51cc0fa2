import { expect, test } from "bun:test";
import type { AgentStatus, RuntimeStatus } from "../../../../src/runtime/control-protocol.ts";
import { checkRuntime } from "../../../../src/runtime/doctor/check-runtime.ts";
import { findingsOf, linesOf } from "./findings.ts";

function agent(name: string, state: AgentStatus["state"], reason?: string): AgentStatus {
  const counts = { models: [], inFlight: 0, queued: 0, requests: 0, errors: 0, source: "/a.yaml" };
  return { name, state, ...counts, ...(reason === undefined ? {} : { reason }) };
}

function running(given: Partial<RuntimeStatus>) {
  const status: RuntimeStatus = {
    ...{ version: "1.0.0", pid: 7, startedAt: "2026-11-22T10:00:00Z", uptimeS: 5, rssBytes: 1 },
    ...{ stateDirectory: "/s", isDraining: false, agents: [], endpoints: [], files: [] },
    bus: { server: "bundled", state: "connected", since: "2026-11-22T10:00:00Z" },
    ...given,
  };
  return checkRuntime({ type: "running", status }, "1.0.0");
}

test("agents that are well are counted, each other is a row", async () => {
  const agents = [
    agent("a", "ready"),
    agent("b", "degraded", "model gone"),
    agent("c", "stopped"),
    agent("d", "failed"),
  ];
  expect(await linesOf(running({ agents }))).toEqual([
    "ok: Process 7 runs since 2026-11-22T10:00:00Z, 1 of 4 agents ready",
    'problem: Agent "b" is degraded: model gone',
    'warning: Agent "c" is stopped',
    'problem: Agent "d" could not be started',
  ]);
});

test("another version, memory at its limit and a taken HTTP port are told", async () => {
  const lines = await linesOf(
    running({
      version: "0.9.0",
      memory: { limitBytes: 1, state: "full" },
      http: { listen: "127.0.0.1:9464", problem: "The port is taken" },
    }),
  );
  expect(lines.slice(1)).toEqual([
    "warning: The runtime is version 0.9.0, this executable 1.0.0",
    "problem: The runtime's memory is at limits.memory of the manifest",
    "problem: The port is taken",
  ]);
});

test("a runtime that may not be asked, one that is silent and none are three things", async () => {
  const result = async (type: "closed" | "silent") =>
    (await findingsOf(checkRuntime({ type, reason: "Why" }, "1.0.0")))[0]?.result;
  expect(await result("closed")).toBe("warning");
  expect(await result("silent")).toBe("problem");
  expect((await findingsOf(checkRuntime({ type: "none" }, "1.0.0")))[0]?.result).toBe("skipped");
});
