import { expect, test } from "bun:test";
import { budgetRows } from "../../../src/cli/budget-text.ts";
import type { AgentStatus, RuntimeStatus } from "../../../src/runtime/control-protocol.ts";

const renewsAt = Date.UTC(2026, 5, 1, 13);
const agent: AgentStatus = {
  name: "helper",
  state: "ready",
  models: ["cloud"],
  inFlight: 0,
  queued: 0,
  requests: 0,
  errors: 0,
  source: "agents.yaml",
};
const status: RuntimeStatus = {
  version: "1",
  pid: 1,
  startedAt: "",
  uptimeS: 1,
  rssBytes: 1,
  stateDirectory: "/state",
  isDraining: false,
  bus: { server: "bundled", state: "connected", since: "" },
  agents: [{ ...agent, budgets: [{ limit: 200, unit: "tokens", per: "hour", spent: 161, renewsAt }] }, agent],
  endpoints: [],
  modelBudgets: [
    {
      model: "cloud",
      budgets: [{ limit: 0.3, unit: "cost", currency: "USD", per: "hour", spent: 0.1 + 0.2, renewsAt }],
    },
  ],
  files: [],
};

test("what is spent of each budget is shown, of agents and of models, and of whom has none nothing", () => {
  expect(budgetRows(status)).toEqual([
    ["agent", "helper", "200 tokens per hour", "161 (80 %)", "2026-06-01T13:00:00Z"],
    ["model", "cloud", "0.3 USD per hour", "0.3 (100 %)", "2026-06-01T13:00:00Z"],
  ]);
});
