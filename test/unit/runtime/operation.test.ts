import { expect, test } from "bun:test";
import { decodeRequest } from "../../../src/runtime/control-wire.ts";
import { isAgentReport, isLevelReport, isLogLines } from "../../../src/runtime/operation.ts";

test("operations are read, and what they don't know is left out", () => {
  const requests = [
    { op: "logs", agent: "a", lines: 3, follow: true },
    { op: "log-level" },
    { op: "log-level", level: "debug" },
    { op: "drain", agent: "a" },
    { op: "start", agent: "a" },
    { op: "restart", agent: "a", drainMs: 0 },
    { op: "stop", agent: "a", drainMs: 30_000 },
  ];
  for (const request of requests) {
    const decoded: unknown = decodeRequest(JSON.stringify({ ...request, more: 1 }));
    expect(decoded).toEqual(request);
  }
  expect(decodeRequest('{"op":"logs"}')).toEqual({ op: "logs", follow: false });
});

test("an operation that is not right is told so", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ op: "logs", agent: 1 }, '"agent" is not a text'],
    [{ op: "logs", lines: -1 }, '"lines" is not a whole number'],
    [{ op: "log-level", level: "loud" }, '"level" is none of debug, info, warn, error'],
    [{ op: "stop", agent: "a" }, '"drainMs" is no time from 0 to a day'],
    [{ op: "restart", agent: "a", drainMs: 1e12 }, '"drainMs" is no time from 0 to a day'],
    [{ op: "start" }, '"agent" is not a text'],
  ];
  for (const [request, text] of wrong) expect(decodeRequest(JSON.stringify(request))).toBe(text);
  expect(decodeRequest('{"op":"fly"}')).toContain('"stop", "start"');
});

test("results are told from what is none", () => {
  expect(isLogLines({ lines: ["{}"], dropped: 0 })).toBe(true);
  expect(isLogLines({ lines: [1], dropped: 0 })).toBe(false);
  expect(isLevelReport({ level: "warn" })).toBe(true);
  expect(isLevelReport({ level: "loud" })).toBe(false);
  expect(isAgentReport({ type: "unknown-agent", agents: [] })).toBe(true);
  expect(isAgentReport({ type: "done" })).toBe(false);
});
