import { describe, expect, test } from "bun:test";
import type { AgentEvent, AgentPrompt } from "../../../src/agent/contract.ts";
import { createAgent } from "../../../src/agent/create-agent.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import { ModelError } from "../../../src/model/contract.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import type { ScriptedChatModel, Script } from "../../support/scripted-chat-model.ts";
import { answering, failing, scriptedChatModel, stallingAfter, usageOf } from "../../support/scripted-chat-model.ts";

const never = new AbortController().signal;
const prompt: AgentPrompt = { id: "t1", text: "Hello?", files: [] };

function agentWith(model: ScriptedChatModel, tracesText = false) {
  const log = recordedLog();
  const traces: TurnTrace[] = [];
  const conversations = inMemoryConversations({ log });
  const onTrace = (trace: TurnTrace) => void traces.push(trace);
  const ports = { model, tools: toolSet([]), conversations, log, onTrace, tracesText: () => tracesText };
  const agent = createAgent(
    { name: "helper", instructions: "Be kind.", turn: { steps: 12, toolCalls: 32, timeMs: 60_000 } },
    ports,
  );
  const ask = async (asked: Partial<AgentPrompt> = {}, signal = never) => {
    const events: AgentEvent[] = [];
    for await (const event of agent.answer({ ...prompt, ...asked }, signal)) events.push(event);
    return events;
  };
  return { agent, ask, traces, log };
}

const types = (events: readonly AgentEvent[]) => events.map(({ type }) => type);

describe("a turn", () => {
  test("sends instructions and prompt, relays the text and ends ok", async () => {
    const model = scriptedChatModel(answering("Hi", " there"));
    const { ask, traces } = agentWith(model);
    const events = await ask();
    expect(types(events)).toEqual(["text", "text", "usage", "end"]);
    expect(events.at(-1)).toEqual({ type: "end", outcome: { ok: true } });
    expect(model.requests).toMatchObject([
      {
        agent: "helper",
        messages: [
          { role: "system", text: "Be kind." },
          { role: "user", text: "Hello?" },
        ],
      },
    ]);
    expect(traces).toMatchObject([
      { id: "t1", agent: "helper", outcome: "ok", calls: [{ model: "local", inputTokens: 10, outputTokens: 2 }] },
    ]);
  });

  test("keeps prompts and answers out of its trace unless asked for", async () => {
    const quiet = agentWith(scriptedChatModel(answering("secret answer")));
    await quiet.ask();
    expect(JSON.stringify(quiet.traces)).not.toContain("secret answer");
    const open = agentWith(scriptedChatModel(answering("secret answer")), true);
    await open.ask();
    expect(open.traces).toMatchObject([{ prompt: "Hello?", answer: "secret answer" }]);
  });

  test("remembers a conversation, and nothing without one", async () => {
    const model = scriptedChatModel(answering("Yes"));
    const { ask } = agentWith(model);
    await ask({ conversation: "s" });
    await ask();
    await ask({ conversation: "s", text: "And now?" });
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([2, 2, 4]);
    expect(model.requests[2]?.messages.map(({ text }) => text)).toEqual(["Be kind.", "Hello?", "Yes", "And now?"]);
  });

  test("remembers a conversation for its verified sender: neither another nor who does not sign reads or continues it", async () => {
    const model = scriptedChatModel(answering("Yes"));
    const { ask } = agentWith(model);
    const ann = { id: "ACME.UANN", user: "UANN", isVerified: true };
    const others = [
      undefined,
      { ...ann, isVerified: false },
      { id: "ACME.UBOB", user: "UBOB", isVerified: true },
      { ...ann, id: "OTHER.UANN" },
    ];
    await ask({ conversation: "s", text: "Mine", sender: ann });
    for (const sender of others) await ask({ conversation: "s", ...(sender === undefined ? {} : { sender }) });
    await ask({ conversation: "s", text: "Still mine", sender: ann });
    const heard = model.requests.map(({ messages }) => messages.filter(({ text }) => text === "Mine").length);
    // The user is what a signature proves: the account beside it may be another.
    expect(heard).toEqual([1, 0, 0, 0, 1, 1]);
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([2, 2, 4, 2, 4, 6]);
  });

  test("traces its sender with what that is worth", async () => {
    const { ask, traces } = agentWith(scriptedChatModel(answering("Yes")));
    const sender = { id: "ACME.UANN", user: "UANN", isVerified: true };
    await ask({ sender });
    await ask({ sender: { ...sender, isVerified: false } });
    await ask();
    expect(traces.map(({ sender, senderTrust }) => [sender, senderTrust])).toEqual([
      ["ACME.UANN", "verified"],
      ["ACME.UANN", "claimed"],
      [undefined, undefined],
    ]);
  });

  test("that fails leaves nothing in its conversation", async () => {
    const scripts = [failing(new ModelError("refused", "HTTP 500")), answering("Yes")];
    const model = scriptedChatModel((request, signal) => (scripts.shift() ?? answering("Yes"))(request, signal));
    const { ask } = agentWith(model);
    expect((await ask({ conversation: "s" })).at(-1)).toEqual({
      type: "end",
      outcome: { ok: false, failure: { kind: "model", error: "refused", message: "HTTP 500" } },
    });
    await ask({ conversation: "s" });
    expect(model.requests[1]?.messages).toHaveLength(2);
  });

  test("keeps thinking apart from the text and out of the conversation", async () => {
    const thinking: Script = async function* () {
      await Promise.resolve();
      yield { type: "thinking", text: "Hmm" };
      yield { type: "text", text: "Yes" };
      yield { type: "usage", usage: usageOf() };
    };
    const model = scriptedChatModel(thinking);
    const { ask } = agentWith(model);
    expect(types(await ask({ conversation: "s" }))).toEqual(["thinking", "text", "usage", "end"]);
    await ask({ conversation: "s" });
    expect(JSON.stringify(model.requests[1])).not.toContain("Hmm");
  });

  test("without any text is an error that says so", async () => {
    const { ask } = agentWith(scriptedChatModel(answering("", " \n")));
    expect((await ask()).at(-1)).toMatchObject({
      outcome: { ok: false, failure: { kind: "model", error: "invalid" } },
    });
  });

  test("passes retry hints on, and names a fallback", async () => {
    const unreachable = new ModelError("unreachable", "Nobody there", { retryAfterS: 7 });
    const script: Script = async function* (request, signal) {
      yield { type: "notice", notice: { kind: "fallback", from: "local", to: "cloud", reason: "refused" } };
      yield* failing(unreachable)(request, signal);
    };
    const { ask, traces } = agentWith(scriptedChatModel(script));
    const events = await ask();
    expect(events[0]).toEqual({ type: "progress", status: "fallback" });
    expect(events.at(-1)).toMatchObject({ outcome: { failure: { error: "unreachable", retryAfterS: 7 } } });
    expect(traces).toMatchObject([{ fallbacks: ["local → cloud"], outcome: "error" }]);
  });

  test("ends as stopped when its signal fires, with the reason", async () => {
    const { agent, traces } = agentWith(scriptedChatModel(stallingAfter("Hi")));
    const abort = new AbortController();
    const reason = new Error("caller gone");
    const events: AgentEvent[] = [];
    for await (const event of agent.answer(prompt, abort.signal)) {
      events.push(event);
      abort.abort(reason);
    }
    expect(events).toEqual([
      { type: "text", text: "Hi" },
      { type: "end", outcome: { ok: false, failure: { kind: "stopped", reason } } },
    ]);
    expect(traces).toMatchObject([{ outcome: "stopped", reason: "caller gone" }]);
  });

  test("that is not read to its end frees its conversation and is traced", async () => {
    const { agent, ask, traces } = agentWith(scriptedChatModel(answering("a", "b")));
    for await (const event of agent.answer({ ...prompt, conversation: "s" }, never)) {
      expect(event.type).toBe("text");
      break;
    }
    expect(traces).toMatchObject([{ outcome: "stopped" }]);
    expect(types(await ask({ conversation: "s" }))).toContain("text");
  });

  test("survives an error that nothing provides for, and logs it as a bug", async () => {
    const { ask, log } = agentWith(scriptedChatModel(failing(new TypeError("x is undefined"))));
    expect((await ask()).at(-1)).toMatchObject({ outcome: { failure: { kind: "internal" } } });
    expect(log.lines[0]).toMatchObject({ level: "error", error: "TypeError: x is undefined" });
  });
});

describe("a conversation that outgrows the context", () => {
  const grow = async (ask: (asked: Partial<AgentPrompt>) => Promise<AgentEvent[]>, turns: number) => {
    let events: AgentEvent[] = [];
    for (let index = 0; index < turns; index++) events = await ask({ conversation: "s", text: "x".repeat(600) });
    return events;
  };

  test("is trimmed from its oldest turn on, with a status and a trace", async () => {
    const { ask, traces } = agentWith(scriptedChatModel(answering("Yes"), { contextTokens: 800, maxOutput: 50 }));
    const events = await grow(ask, 6);
    expect(events[0]).toEqual({ type: "progress", status: "trimmed" });
    expect(events.at(-1)).toEqual({ type: "end", outcome: { ok: true } });
    expect(traces.at(-1)?.trimmedTurns).toBeGreaterThan(0);
  });

  test("is tried with fewer turns when the model finds it too long all the same", async () => {
    const overflowing: Script = (request, signal) =>
      request.messages.length > 4
        ? failing(new ModelError("overflow", "Too long"))(request, signal)
        : answering("Yes")(request, signal);
    const model = scriptedChatModel(overflowing);
    const { ask, traces } = agentWith(model);
    const events = await grow(ask, 3);
    expect(types(events)).toEqual(["progress", "text", "usage", "end"]);
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([2, 4, 6, 4]);
    expect(traces.at(-1)).toMatchObject({ outcome: "ok", trimmedTurns: 1 });
  });

  test("fails as an overflow when the prompt alone does not fit", async () => {
    const { ask } = agentWith(scriptedChatModel(failing(new ModelError("overflow", "Too long"))));
    expect((await ask()).at(-1)).toMatchObject({ outcome: { failure: { error: "overflow" } } });
  });

  test("is not tried again once text was seen", async () => {
    const late: Script = async function* () {
      await Promise.resolve();
      yield { type: "text", text: "Ye" };
      throw new ModelError("overflow", "Too long");
    };
    const scripts: Script[] = [answering("Yes"), late];
    const model = scriptedChatModel((request, signal) => (scripts.shift() ?? late)(request, signal));
    const { ask } = agentWith(model);
    await ask({ conversation: "s" });
    expect(types(await ask({ conversation: "s" }))).toEqual(["text", "end"]);
    expect(model.requests).toHaveLength(2);
  });
});
