import { expect, test } from "bun:test";
import { turnSpans } from "../../../../src/telemetry/otlp/turn-spans.ts";
import { Double } from "../../../../src/telemetry/otlp/span.ts";
import type { TurnTrace } from "../../../../src/telemetry/trace.ts";

const call = {
  model: "cloud",
  provider: "openai",
  inputTokens: 12,
  outputTokens: 3,
  estimated: false,
  finish: "stop",
  totalMs: 100,
};
const trace: TurnTrace = {
  id: "t1",
  agent: "helper",
  startedAt: "2026-01-02T03:04:05.000Z",
  calls: [{ ...call, startMs: 20, waitedMs: 5, cost: { amount: 0.5, currency: "USD" } }],
  failures: [{ model: "local", provider: "ollama", startMs: 1, totalMs: 10, error: "refused" }],
  tools: [
    {
      name: "shell",
      callId: "c1",
      outcome: "denied",
      startMs: 130,
      durationMs: 60,
      inputBytes: 9,
      outputBytes: 7,
      spanId: "00000000000000aa",
    },
  ],
  approvals: [
    { tool: "shell", answer: "no", by: "operator", startMs: 140, waitedMs: 40, parentSpanId: "00000000000000aa" },
  ],
  fallbacks: ["local → cloud"],
  trimmedTurns: 0,
  outcome: "error",
  error: "limit",
  reason: "limit: the prompt was too long",
  totalMs: 200,
  span: {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: "00f067aa0ba902b7",
    state: "a=1",
  },
};

const base = Date.parse("2026-01-02T03:04:05.000Z");
const named = (of: TurnTrace, name: string, hasContent = false) =>
  turnSpans(of, hasContent).find((span) => span.name === name);

test("a turn is one span, and one more for each call of a model, each try that failed, each tool and each approval", () => {
  const spans = turnSpans(trace, false);
  expect(spans.map(({ name }) => name)).toEqual([
    "invoke_agent helper",
    "chat local",
    "chat cloud",
    "execute_tool shell",
    "approve shell",
  ]);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(5);
  for (const { traceId, traceState } of spans) expect([traceId, traceState]).toEqual([trace.span?.traceId, "a=1"]);
});

test("each has its time and its parent", () => {
  expect(named(trace, "invoke_agent helper")).toMatchObject({
    parentSpanId: "00f067aa0ba902b7",
    startMs: base,
    endMs: base + 200,
  });
  expect(named(trace, "chat cloud")).toMatchObject({
    parentSpanId: "b7ad6b7169203331",
    startMs: base + 20,
    endMs: base + 125,
  });
  expect(named(trace, "execute_tool shell")).toMatchObject({ spanId: "00000000000000aa", startMs: base + 130 });
  expect(named(trace, "approve shell")).toMatchObject({ parentSpanId: "00000000000000aa", endMs: base + 180 });
});

test("what went wrong has a type, and its words only where what was said may be told", () => {
  expect(named(trace, "invoke_agent helper")).toMatchObject({ attributes: { "error.type": "limit" }, failure: {} });
  expect(named(trace, "invoke_agent helper")?.failure).toEqual({});
  expect(named(trace, "invoke_agent helper", true)?.failure?.message).toContain("too long");
  expect(named(trace, "chat local")).toMatchObject({ attributes: { "error.type": "refused" }, failure: {} });
  expect(named(trace, "execute_tool shell")?.attributes["error.type"]).toBe("denied");
  const failed = named({ ...trace, outcome: "tools_failed" }, "invoke_agent helper");
  expect(failed).toMatchObject({ attributes: { "error.type": "tools_failed" }, failure: {} });
});

test("a search for the prompt is a retrieval, and no call of a tool", () => {
  const search = {
    name: "knowledge",
    outcome: "ok",
    startMs: 1,
    durationMs: 4,
    inputBytes: 3,
    outputBytes: 90,
    isSearch: true,
  } as const;
  const span = named({ ...trace, tools: [search] }, "retrieval knowledge", true);
  expect(span).toMatchObject({ kind: "internal", parentSpanId: "b7ad6b7169203331", endMs: base + 5 });
  expect(span?.attributes).toMatchObject({
    "gen_ai.operation.name": "retrieval",
    "gen_ai.data_source.id": "knowledge",
  });
});

test("one that was stopped is no error", () => {
  const stopped = {
    ...without("error"),
    outcome: "stopped",
    failures: [{ model: "m", provider: "ollama", startMs: 1, totalMs: 1, error: "stopped" }],
  } as const;
  expect(named(stopped, "invoke_agent helper")?.failure).toBeUndefined();
  expect(named(stopped, "chat m")?.failure).toBeUndefined();
  expect(named(stopped, "chat m")?.attributes["error.type"]).toBeUndefined();
});

test("a cost that is not known of every call is none of the turn", () => {
  expect(named(trace, "invoke_agent helper")?.attributes["muster.cost"]).toEqual(new Double(0.5));
  const partly = { ...trace, calls: [...trace.calls, call] };
  expect(named(partly, "invoke_agent helper")?.attributes["muster.cost"]).toBeUndefined();
});

test("a model of this process is an internal span, every other one a client's", () => {
  expect(named(trace, "chat cloud")?.kind).toBe("client");
  expect(named({ ...trace, calls: [{ ...call, provider: "builtin" }] }, "chat cloud")?.kind).toBe("internal");
});

test("a summary after the turn is a child of the turn, whose span was told before", () => {
  const [only, ...more] = turnSpans({ ...trace, purpose: "summary", failures: [], tools: [], approvals: [] }, false);
  expect(more).toEqual([]);
  expect(only).toMatchObject({
    name: "chat cloud",
    parentSpanId: "b7ad6b7169203331",
    attributes: { "muster.purpose": "summary" },
  });
});

test("there are no spans of a turn that is not recorded here", () => {
  expect(turnSpans(without("span"), false)).toEqual([]);
  expect(turnSpans({ ...trace, span: { traceId: "0af7651916cd43dd8448eb211c80319c" } }, false)).toEqual([]);
});

test("what was said is told only where it is asked for, and bounded", () => {
  const said = {
    ...trace,
    prompt: "p".repeat(40_000),
    answer: "a",
    tools: [{ ...(trace.tools[0] ?? fail()), input: { argv: ["ls"] }, output: "o" }],
  };
  expect(JSON.stringify(turnSpans(said, false).map(({ attributes }) => attributes))).not.toContain("ppp");
  const turn = named(said, "invoke_agent helper", true);
  expect(JSON.stringify(turn?.attributes).length).toBeLessThan(18_000);
  expect(named(said, "execute_tool shell", true)?.attributes).toMatchObject({
    "gen_ai.tool.call.arguments": '{"argv":["ls"]}',
    "gen_ai.tool.call.result": "o",
  });
});

function without(key: "error" | "span"): TurnTrace {
  const copy = { ...trace };
  Reflect.deleteProperty(copy, key);
  return copy;
}

function fail(): never {
  throw new Error("The test's trace has no tool");
}
