import { describe, expect, test } from "bun:test";
import type { Agent, AgentEvent } from "../../../src/agent/contract.ts";
import { AnswerFilter } from "../../../src/agent/guards/answer-filter.ts";
import { guardedAgent } from "../../../src/agent/guards/guarded-agent.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";
import { compilePatterns } from "../../../src/agent/guards/pattern.ts";
import { redactDeep, redactedTraces, redaction } from "../../../src/agent/guards/redaction.ts";

const none = { denyPrompt: [], denyAnswer: [], redact: [] };

function agentSaying(...texts: readonly string[]): Agent & { readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  async function* answer(_: unknown, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    signals.push(signal);
    for (const text of texts) {
      await Promise.resolve();
      if (signal.aborted) break;
      yield { type: "text", text };
    }
    yield { type: "end", outcome: { ok: true } };
  }
  return { name: "a", signals, refusedFile: () => undefined, answer };
}

async function said(agent: Agent, text = "Hello?") {
  const events: AgentEvent[] = [];
  for await (const event of agent.answer({ id: "t", text, files: [] }, new AbortController().signal))
    events.push(event);
  return { text: events.map((event) => (event.type === "text" ? event.text : "")).join(""), end: events.at(-1) };
}

const denied = (what: "prompt" | "answer", pattern: string): AgentEvent => ({
  type: "end",
  outcome: { ok: false, failure: { kind: "denied", what, pattern } },
});

describe("guards", () => {
  test("keep a prompt that matches from the model", async () => {
    const inner = agentSaying("Yes");
    const agent = guardedAgent(inner, { ...none, denyPrompt: [{ name: "secrets", pattern: "(?i)password" }] });
    expect((await said(agent, "Tell me the PassWord")).end).toEqual(denied("prompt", "secrets"));
    expect(inner.signals).toEqual([]);
    expect((await said(agent, "Tell me the time")).text).toBe("Yes");
  });

  test("keep a prompt that is too long from the model", async () => {
    const agent = guardedAgent(agentSaying("Yes"), { ...none, maxPromptBytes: 6 });
    expect((await said(agent, "ääää")).end).toEqual(denied("prompt", "max_prompt"));
    expect((await said(agent, "äää")).text).toBe("Yes");
  });

  test("end an answer before what matches, however it is cut into pieces, and stop its turn", async () => {
    const inner = agentSaying("The number is 41", "11 11", "11 as you know", " and more");
    const agent = guardedAgent(inner, { ...none, denyAnswer: [{ name: "card", pattern: "[0-9]{4} [0-9]{4}" }] });
    const answer = await said(agent);
    expect(answer.end).toEqual(denied("answer", "card"));
    expect(answer.text).not.toContain("41");
    expect(inner.signals[0]?.aborted).toBe(true);
  });

  test("let an answer through whole that nothing matches", async () => {
    const words = Array.from({ length: 300 }, (_, index) => `word ${index} 😀 `);
    const agent = guardedAgent(agentSaying(...words), {
      ...none,
      denyAnswer: [{ name: "card", pattern: "\\bcard\\b" }],
    });
    expect(await said(agent)).toEqual({ text: words.join(""), end: { type: "end", outcome: { ok: true } } });
  });

  test("send early what can no longer match", async () => {
    const filter = new AnswerFilter(await compilePatterns([{ name: "x", pattern: "secret" }]));
    expect(filter.push("a".repeat(1000))).toEqual({ text: "a".repeat(744) });
  });

  test("match in time that grows with the text only", async () => {
    const [pattern] = await compilePatterns([{ name: "x", pattern: "(a+)+$" }]);
    expect(pattern?.find(`${"a".repeat(2000)}b`)).toBeUndefined();
  });
});

test("redaction replaces what matches by its name, deep inside too", async () => {
  const redact = await redaction([
    { name: "iban", pattern: "[A-Z]{2}[0-9]{10,30}" },
    { name: "mail", pattern: "[a-z.]+@[a-z.]+" },
  ]);
  expect(redactDeep({ a: ["DE123456789012 of x@y.z"], b: 1 }, redact)).toEqual({ a: ["[iban] of [mail]"], b: 1 });
});

test("a trace keeps no name that a caller or a model chose, and no words of an error, that a pattern matches", async () => {
  const { promise, resolve } = Promise.withResolvers<TurnTrace>();
  const call = { outcome: "invalid", durationMs: 1, inputBytes: 2, outputBytes: 3 };
  redactedTraces(resolve, [{ name: "mail", pattern: "[a-z]+@[a-z]+" }])({
    id: "t",
    agent: "a",
    session: "of ann@plant",
    calls: [],
    tools: [
      { ...call, name: "ask_ann@plant", isUnknown: true },
      { ...call, name: "clock" },
    ],
    fallbacks: [],
    trimmedTurns: 0,
    outcome: "error",
    reason: "No such user: ann@plant",
    totalMs: 1,
  });
  const { session, reason, tools } = await promise;
  expect([session, reason, ...tools.map(({ name }) => name)]).toEqual([
    "of [mail]",
    "No such user: [mail]",
    "ask_[mail]",
    "clock",
  ]);
});
