import { describe, expect, test } from "bun:test";
import { createAgent } from "../../../src/agent/create-agent.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import { ModelError } from "../../../src/model/contract.ts";
import { sampledTracer } from "../../../src/telemetry/sampled-tracer.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";
import { memoryConfig } from "../../support/agent-definition.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { answering, failing, type Script, scriptedChatModel } from "../../support/scripted-chat-model.ts";

const never = new AbortController().signal;
const key = { agent: "helper", conversation: "s" };

/** A model that answers "Yes", and sums up as the script says. */
function agentThatFolds(summary: Script, options: { keepTurns?: number; contextTokens?: number } = {}) {
  const { keepTurns = 40, ...modelOptions } = options;
  const isWish = (text: string | undefined) => text?.startsWith("You keep the memory") === true;
  const model = scriptedChatModel(
    (request, signal) => (isWish(request.messages[0]?.text) ? summary : answering("Yes"))(request, signal),
    modelOptions,
  );
  const log = recordedLog();
  const conversations = inMemoryConversations({ log });
  const config = {
    name: "helper",
    instructions: "Be kind.",
    turn: { steps: 12, toolCalls: 32, timeMs: 60_000 },
    memory: { ...memoryConfig, keepTurns, summarise: true },
  };
  const traces: TurnTrace[] = [];
  const onTrace = (trace: TurnTrace) => void traces.push(trace);
  const tracer = sampledTracer(1);
  const ports = { model, tools: toolSet([]), conversations, log, onTrace, tracesText: () => false, tracer };
  const agent = createAgent(config, ports);
  const ask = async (text: string) => {
    const outcomes: unknown[] = [];
    for await (const event of agent.answer({ id: "t", text, files: [], conversation: "s" }, never)) {
      if (event.type === "end") outcomes.push(event.outcome);
    }
    expect(outcomes).toEqual([{ ok: true }]);
  };
  const kept = async () => {
    const held = await conversations.open(key, never);
    const turns = await held.load();
    held.release();
    return turns;
  };
  const wishes = () => model.requests.filter(({ messages }) => isWish(messages[0]?.text));
  return { ask, kept, model, log, wishes, traces };
}

describe("a conversation with summarise", () => {
  test("has its oldest turns folded once there are more than are to be kept, each once, marked as what it is", async () => {
    const { ask, kept, model, wishes, traces } = agentThatFolds(answering("The line ", "stood still."), {
      keepTurns: 4,
    });
    for (const text of ["one", "two", "three", "four"]) await ask(text);
    expect((await kept()).map(({ folds }) => folds)).toEqual([undefined, undefined, undefined, undefined]);
    await ask("five");
    const turns = await kept();
    expect(turns.map(({ folds }) => folds)).toEqual([3, undefined, undefined]);
    expect(turns[0]?.messages[0]?.text).toBe(
      "[Summary, made by the model, of the 3 turns before what follows]\nThe line stood still.",
    );
    expect(turns[1]?.messages[0]?.text).toBe("four");
    const [wish] = wishes();
    expect(wish?.messages[1]?.text).toBe(
      "Caller: one\nAgent: Yes\nCaller: two\nAgent: Yes\nCaller: three\nAgent: Yes\n",
    );
    expect(wish?.maxOutput).toBe(400);
    await ask("six");
    expect(model.requests.at(-1)?.messages.map(({ text }) => text.split("\n")[0])).toEqual([
      "Be kind.",
      "[Summary, made by the model, of the 3 turns before what follows]",
      "I go on from this summary.",
      "four",
      "Yes",
      "five",
      "Yes",
      "six",
    ]);
    expect(traces.map(({ purpose, outcome }) => purpose ?? outcome)).toEqual([
      "ok",
      "ok",
      "ok",
      "ok",
      "ok",
      "summary",
      "ok",
    ]);
    const [turn, summary] = traces.slice(4);
    expect(summary).toMatchObject({
      id: "t",
      outcome: "ok",
      span: turn?.span,
      calls: [{ model: "local", inputTokens: 10 }],
    });
    expect(JSON.stringify(summary)).not.toContain("Caller: one");
    await ask("seven");
    expect((await kept()).map(({ folds }) => folds)).toEqual([5, undefined, undefined]);
    expect(wishes()).toHaveLength(2);
  });

  test("is folded before the model's context leaves turns out, and the wish itself fits that context", async () => {
    const { ask, kept, wishes } = agentThatFolds(answering("Short."), { contextTokens: 900 });
    for (let at = 0; at < 8; at++) await ask(`${at} ${"x".repeat(600)}`);
    expect(wishes().length).toBeGreaterThan(0);
    for (const { messages } of wishes()) expect(Buffer.byteLength(messages[1]?.text ?? "")).toBeLessThanOrEqual(1000);
    const turns = await kept();
    expect(turns[0]?.folds).toBeGreaterThan(0);
    expect(turns.at(-1)?.messages[0]?.text).toStartWith("7 ");
    expect(turns.reduce((sum, { folds = 1 }) => sum + folds, 0)).toBe(8);
  });

  test.each([
    ["fails", failing(new ModelError("unreachable", "gone"))],
    ["says nothing", answering(" ")],
  ])("loses nothing to a summary that %s, which is said", async (_what, summary) => {
    const { ask, kept, log } = agentThatFolds(summary, { keepTurns: 2 });
    for (const text of ["one", "two", "three"]) await ask(text);
    expect((await kept()).map(({ messages }) => messages[0]?.text)).toEqual(["one", "two", "three"]);
    expect(log.messages()).toContain("The oldest turns of a conversation could not be folded: they stay as they are");
  });
});
