import { expect, test } from "bun:test";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";
import { logTrace } from "../../../src/telemetry/log-trace.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const trace: TurnTrace = {
  id: "t1",
  agent: "a",
  calls: [
    {
      model: "local",
      provider: "ollama",
      inputTokens: 12,
      outputTokens: 34,
      estimated: false,
      finish: "stop",
      firstTokenMs: 7.123,
      totalMs: 99.99,
    },
  ],
  tools: [],
  fallbacks: [],
  trimmedTurns: 0,
  outcome: "ok",
  firstTextMs: 8,
  totalMs: 101,
};

test("a turn is a line for each model call and a line of its own", () => {
  const log = recordedLog();
  logTrace(log)(trace);
  expect(log.lines).toMatchObject([
    {
      message: "Model call",
      agent: "a",
      turn: "t1",
      model: "local",
      tokens_in: 12,
      tokens_out: 34,
      first_token_ms: 7.1,
      total_ms: 100,
    },
    { message: "Turn answered", agent: "a", turn: "t1", outcome: "ok", total_ms: 101 },
  ]);
});

test("a failed turn is a warning with its reason, a stopped one is not", () => {
  const log = recordedLog();
  logTrace(log)({ ...trace, calls: [], outcome: "error", reason: "unreachable: x" });
  logTrace(log)({ ...trace, calls: [], outcome: "stopped", reason: "caller gone" });
  expect(log.lines).toMatchObject([
    { level: "warn", message: "Turn failed", reason: "unreachable: x" },
    { level: "info", message: "Turn stopped", reason: "caller gone" },
  ]);
});

test("a turn's line names its sender and what that is worth", () => {
  const log = recordedLog();
  logTrace(log)({ ...trace, calls: [], sender: "ACME.UANN", senderTrust: "claimed" });
  expect(log.lines).toMatchObject([{ message: "Turn answered", sender: "ACME.UANN", sender_trust: "claimed" }]);
});

test("each call of a tool is a line too, and a turn in which every tool failed does not read as answered", () => {
  const log = recordedLog();
  const call = { name: "clock", outcome: "failed", durationMs: 1.26, inputBytes: 2, outputBytes: 30 };
  logTrace(log)({ ...trace, tools: [call], outcome: "tools_failed" });
  expect(log.lines.slice(1)).toMatchObject([
    { message: "Tool call", tool: "clock", outcome: "failed", ms: 1.3, bytes_in: 2, bytes_out: 30 },
    { level: "warn", message: "Turn answered, and every tool failed", outcome: "tools_failed" },
  ]);
});
