import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvent, AgentPrompt } from "../../../src/agent/contract.ts";
import { type AgentPorts, createAgent } from "../../../src/agent/create-agent.ts";
import { inMemoryConversations } from "../../../src/memory/in-memory-conversations.ts";
import type { TurnConfig } from "../../../src/manifest/manifest.ts";
import type { ModelToolCall } from "../../../src/model/contract.ts";
import type { Approver } from "../../../src/agent/approver.ts";
import type { TraceContext } from "../../../src/protocol/trace-context.ts";
import { sampledTracer } from "../../../src/telemetry/sampled-tracer.ts";
import { passingTracer } from "../../../src/telemetry/tracer.ts";
import type { TurnTrace } from "../../../src/telemetry/trace.ts";
import type { Tool, ToolContext, ToolOutput } from "../../../src/tool/contract.ts";
import { ToolError } from "../../../src/tool/contract.ts";
import { fixedSource } from "../../../src/tool/fixed-source.ts";
import { toolSet } from "../../../src/tool/tool-set.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import type { ScriptedChatModel } from "../../support/scripted-chat-model.ts";
import { answering, calling, inTurn, scriptedChatModel, stallingAfter } from "../../support/scripted-chat-model.ts";

const never = new AbortController().signal;
const prompt: AgentPrompt = { id: "t1", text: "Hello?", files: [] };

type Run = (input: Readonly<Record<string, unknown>>, context: ToolContext) => Promise<ToolOutput>;

function tool(name: string, run: Run, isReadOnly = false): Tool {
  return { name, description: `Does ${name}`, parameters: { type: "object" }, isReadOnly, run };
}

const says =
  (text: string): Run =>
  () =>
    Promise.resolve({ text });

const usualLimits: TurnConfig = { steps: 12, toolCalls: 32, timeMs: 60_000 };

function agentWith(
  model: ScriptedChatModel,
  tools: readonly Tool[],
  limits: Partial<TurnConfig> = {},
  more: Pick<AgentPorts, "approver" | "tracer"> = {},
) {
  const log = recordedLog();
  const traces: TurnTrace[] = [];
  const conversations = inMemoryConversations({ log });
  const onTrace = (trace: TurnTrace) => void traces.push(trace);
  const ports = {
    model,
    tools: toolSet([fixedSource("x", tools)]),
    conversations,
    log,
    onTrace,
    tracesText: () => false,
    ...more,
  };
  const agent = createAgent({ name: "helper", instructions: "", turn: { ...usualLimits, ...limits } }, ports);
  const ask = async (asked: Partial<AgentPrompt> = {}, signal = never) => {
    const events: AgentEvent[] = [];
    for await (const event of agent.answer({ ...prompt, ...asked }, signal)) events.push(event);
    return events;
  };
  return { agent, ask, traces, log };
}

const call = (name: string, input: Readonly<Record<string, unknown>> = {}, id = name): ModelToolCall => ({
  id,
  name,
  input,
});
const textOf = (events: readonly AgentEvent[]) =>
  events.map((event) => (event.type === "text" ? event.text : "")).join("");
const outcomes = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.type === "tool-result" ? [event.outcome.error ?? "ok"] : []));

describe("a turn that is traced", () => {
  const parent = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isSampled: true };

  test("gives each of its calls a span of its own, and what it calls a place below that", async () => {
    const given: (TraceContext | undefined)[] = [];
    const clock = tool("clock", (_input, context) => {
      given.push(context.trace);
      return Promise.resolve({ text: "10:00" });
    });
    const model = scriptedChatModel(
      inTurn(calling(call("clock", {}, "c1"), call("clock", { a: 1 }, "c2")), answering("Ten.")),
    );
    const { ask, traces, log } = agentWith(model, [clock], {}, { tracer: sampledTracer(0) });
    await ask({ trace: parent });
    const [trace] = traces;
    expect(trace?.span).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId });
    expect(trace?.tools.map(({ callId, spanId }) => [callId, spanId])).toEqual([
      ["c1", given[0]?.spanId],
      ["c2", given[1]?.spanId],
    ]);
    expect(new Set([parent.spanId, trace?.span?.spanId, given[0]?.spanId, given[1]?.spanId]).size).toBe(4);
    for (const line of log.lines) expect(line["trace_id"]).toBe(parent.traceId);
  });

  test("passes its caller's trace on as it came where nothing is exported", async () => {
    const given: (TraceContext | undefined)[] = [];
    const clock = tool("clock", (_input, context) => {
      given.push(context.trace);
      return Promise.resolve({ text: "10:00" });
    });
    const model = () => scriptedChatModel(inTurn(calling(call("clock")), answering("Ten.")));
    await agentWith(model(), [clock], {}, { tracer: passingTracer }).ask({ trace: parent });
    await agentWith(model(), [clock], {}, { tracer: passingTracer }).ask();
    expect(given).toEqual([parent, undefined]);
  });

  test("says who approved what, and how long that took", async () => {
    const approver: Approver = {
      approve: () => Promise.resolve({ isGranted: true, answer: "always", by: "operator" }),
      forget: () => undefined,
    };
    const service = tool("service", async (_input, context) => {
      const { isGranted } = await context.approve({ tool: "service", action: "restart secret-thing", key: "k" });
      return { text: isGranted ? "done" : "not done" };
    });
    const model = scriptedChatModel(inTurn(calling(call("service")), answering("Done.")));
    const { ask, traces } = agentWith(model, [service], {}, { approver, tracer: sampledTracer(1) });
    await ask();
    expect(traces[0]?.approvals).toMatchObject([
      { tool: "service", answer: "always", by: "operator", parentSpanId: traces[0]?.tools[0]?.spanId },
    ]);
    expect(JSON.stringify(traces)).not.toContain("secret-thing");
  });
});

describe("a turn with tools", () => {
  test("offers them, runs what is called, tells the results, and ends with the answer", async () => {
    const model = scriptedChatModel(inTurn(calling(call("clock", { zone: "UTC" }, "c1")), answering("It is ten.")));
    const inputs: unknown[] = [];
    const clock = tool("clock", (input) => {
      inputs.push(input);
      return Promise.resolve({ text: "10:00" });
    });
    const { ask, traces } = agentWith(model, [clock]);
    const events = await ask();
    expect(inputs).toEqual([{ zone: "UTC" }]);
    expect(model.requests[0]?.tools).toEqual([
      { name: "clock", description: "Does clock", parameters: { type: "object" } },
    ]);
    expect(model.requests[1]?.messages).toEqual([
      { role: "user", text: "Hello?" },
      { role: "assistant", text: "", calls: [{ id: "c1", name: "clock", input: { zone: "UTC" } }] },
      { role: "tool", call: "c1", name: "clock", text: "10:00" },
    ]);
    expect(events.map(({ type }) => type)).toEqual(["usage", "tool-call", "tool-result", "text", "usage", "end"]);
    expect(events.at(-1)).toEqual({ type: "end", outcome: { ok: true } });
    expect(traces).toMatchObject([{ outcome: "ok", tools: [{ name: "clock", outcome: "ok", outputBytes: 5 }] }]);
  });

  test("is remembered whole: prompt, calls, results and answer", async () => {
    const model = scriptedChatModel(inTurn(calling(call("clock")), answering("Ten."), answering("Yes.")));
    const { ask } = agentWith(model, [tool("clock", says("10:00"))]);
    await ask({ conversation: "s" });
    await ask({ conversation: "s", text: "Sure?" });
    expect(model.requests[2]?.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
      "user",
    ]);
  });

  test("that is stopped while a tool runs leaves nothing in its conversation, and the tool in its trace", async () => {
    const stop = new AbortController();
    const model = scriptedChatModel(inTurn(calling(call("slow")), answering("Yes.")));
    const slow = tool("slow", () => {
      stop.abort(new Error("caller gone"));
      return Promise.resolve({ text: "late" });
    });
    const { ask, traces } = agentWith(model, [slow]);
    expect((await ask({ conversation: "s" }, stop.signal)).at(-1)).toMatchObject({
      outcome: { failure: { kind: "stopped" } },
    });
    expect(traces).toMatchObject([
      { outcome: "stopped", tools: [{ name: "slow", outcome: "stopped", outputBytes: 0 }] },
    ]);
    await ask({ conversation: "s" });
    expect(model.requests[1]?.messages).toHaveLength(1);
  });

  test("runs calls that only read at the same time, others alone, and tells results in the order of the calls", async () => {
    const running: string[] = [];
    const seen: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const reading = (name: string, waits: boolean) =>
      tool(
        name,
        async () => {
          running.push(name);
          seen.push(running.join("+"));
          if (waits) await gate.promise;
          else gate.resolve(undefined);
          running.splice(running.indexOf(name), 1);
          return { text: name };
        },
        true,
      );
    const write = tool("write", () => {
      seen.push([...running, "write"].join("+"));
      return Promise.resolve({ text: "write" });
    });
    const model = scriptedChatModel(
      inTurn(calling(call("a"), call("b"), call("write"), call("b", {}, "b2")), answering("Done")),
    );
    const { ask } = agentWith(model, [reading("a", true), reading("b", false), write]);
    await ask();
    expect(seen).toEqual(["a", "a+b", "write", "b"]);
    expect(model.requests[1]?.messages.slice(2).map(({ text }) => text)).toEqual(["a", "b", "write", "b"]);
  });

  test("parts the texts of its steps, and keeps a first text byte for byte", async () => {
    const first = inTurn(calling({ text: "\nOne moment." }, call("clock")), answering("\n\n", "Ten."));
    const { ask } = agentWith(scriptedChatModel(first), [tool("clock", says("10:00"))]);
    expect(textOf(await ask())).toBe("\nOne moment.\n\n\n\nTen.");
  });

  test("gives a tool caller, folder, status and questions", async () => {
    let folder = "";
    const ended: boolean[] = [];
    const busy = tool("busy", async (_input, context) => {
      folder = await context.folder();
      await writeFile(join(folder, "x.txt"), "x");
      context.onEnd(() => {
        ended.push(existsSync(folder));
        return Promise.resolve();
      });
      context.status("half");
      const answer = await context.ask({ prompt: "Which?", timeoutMs: 5_000 });
      return { text: `${context.caller?.id ?? ""} said ${answer.text}` };
    });
    const model = scriptedChatModel(inTurn(calling(call("busy")), answering("Done")));
    const { agent } = agentWith(model, [busy]);
    const events: string[] = [];
    for await (const event of agent.answer({ ...prompt, sender: { id: "A.U", user: "U", isVerified: true } }, never)) {
      events.push(event.type === "progress" ? event.status : event.type);
      if (event.type === "question") event.question.onAnswer({ type: "answer", text: "the left", files: [] });
    }
    expect(events).toEqual(["usage", "tool-call", "half", "question", "tool-result", "text", "usage", "end"]);
    expect(model.requests[1]?.messages.at(-1)?.text).toBe("A.U said the left");
    expect(ended).toEqual([true]);
    expect(existsSync(folder)).toBe(false);
  });

  test("asks nobody where nobody is", async () => {
    const asking = tool("asking", async (_input, context) => {
      await context.ask({ prompt: "Which?", timeoutMs: 5_000 });
      return { text: "" };
    });
    const { ask } = agentWith(scriptedChatModel(inTurn(calling(call("asking")), answering("Done"))), [asking]);
    const events = await ask({ canAsk: false });
    expect(events.map(({ type }) => type)).not.toContain("question");
    expect(outcomes(events)).toEqual(["unavailable"]);
  });

  test("ends with what a tool says, and every call has its result", async () => {
    const speaking = tool("speaking", (_input, context) => {
      context.say("From another.");
      return Promise.resolve({ text: "answered", endsTurn: true });
    });
    const model = scriptedChatModel(inTurn(calling(call("speaking"), call("late")), answering("Again")));
    const { ask } = agentWith(model, [speaking, tool("late", says("never"))]);
    const events = await ask({ conversation: "s" });
    expect(textOf(events)).toBe("From another.");
    expect(model.requests).toHaveLength(1);
    await ask({ conversation: "s" });
    expect(model.requests[1]?.messages.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "tool",
      "assistant",
      "user",
    ]);
  });
});

describe("a tool that goes wrong costs its call only", () => {
  const wrong: readonly [string, Run, string][] = [
    ["rejects with an error of its own", () => Promise.reject(new ToolError("denied", "Not this path")), "denied"],
    ["fails in its own words", () => Promise.resolve({ text: "{}", failed: "timeout" }), "timeout"],
    ["rejects with a bug", () => Promise.reject(new TypeError("x is undefined")), "internal"],
    [
      "throws at once",
      () => {
        throw new Error("boom");
      },
      "internal",
    ],
    ["resolves to rubbish", () => Promise.resolve(JSON.parse('{"text":7}')), "internal"],
    ["resolves to nothing", () => Promise.resolve(JSON.parse("null")), "internal"],
  ];

  test.each(wrong)("%s", async (_title, run, kind) => {
    const model = scriptedChatModel(inTurn(calling(call("bad"), call("good")), answering("Well")));
    const { ask, traces } = agentWith(model, [tool("bad", run), tool("good", says("fine"))]);
    const events = await ask();
    expect(outcomes(events)).toEqual([kind, "ok"]);
    expect(textOf(events)).toBe("Well");
    expect(events.at(-1)).toEqual({ type: "end", outcome: { ok: true } });
    expect(JSON.stringify(model.requests[1])).not.toContain("undefined");
    expect(traces).toMatchObject([{ outcome: "ok" }]);
  });

  test("floods: the model reads head and tail, and how much is missing", async () => {
    const model = scriptedChatModel(inTurn(calling(call("flood")), answering("Well")), { contextTokens: 4096 });
    const { ask } = agentWith(model, [tool("flood", says(`HEAD${"é".repeat(5_000_000)}TAIL`))]);
    await ask();
    const text = model.requests[1]?.messages.at(-1)?.text ?? "";
    expect(text).toStartWith("HEADé");
    expect(text).toEndWith("éTAIL");
    expect(text).toContain("bytes left out");
    expect(text).not.toContain("\uFFFD");
    expect(Buffer.byteLength(text)).toBeLessThan(4200);
  });

  test("hangs: it is left to itself within a second of the turn's stop", async () => {
    const stop = new AbortController();
    const model = scriptedChatModel(inTurn(calling(call("hang")), answering("Never")));
    const started = Promise.withResolvers<undefined>();
    const hang = tool("hang", () => {
      started.resolve(undefined);
      return new Promise(() => undefined);
    });
    const { ask } = agentWith(model, [hang]);
    const asked = ask({}, stop.signal);
    await started.promise;
    const stoppedAt = performance.now();
    stop.abort(new Error("deadline"));
    expect((await asked).at(-1)).toMatchObject({ outcome: { failure: { kind: "stopped" } } });
    expect(performance.now() - stoppedAt).toBeLessThan(1000);
  });

  test("is called by a name that nothing has: the model is told which there are", async () => {
    const model = scriptedChatModel(inTurn(calling(call("clok")), answering("Well")));
    const { ask } = agentWith(model, [tool("clock", says("10:00"))]);
    expect(outcomes(await ask())).toEqual(["invalid"]);
    expect(model.requests[1]?.messages.at(-1)?.text).toContain("There are: clock");
  });
});

test("a turn in which every tool failed does not read as success", async () => {
  const model = scriptedChatModel(inTurn(calling(call("bad")), answering("All good!")));
  const { ask, traces } = agentWith(model, [tool("bad", () => Promise.reject(new ToolError("failed", "No disk")))]);
  expect((await ask()).at(-1)).toEqual({ type: "end", outcome: { ok: true, toolsFailed: true } });
  expect(traces).toMatchObject([{ outcome: "tools_failed", tools: [{ outcome: "failed" }] }]);
});

describe("limits of a turn", () => {
  const endless = () => {
    let asked = 0;
    return scriptedChatModel((request, signal) => calling(call("clock", { asked: ++asked }))(request, signal));
  };

  test("12 steps: in the last it has to answer, and a call instead of an answer ends the turn as an error", async () => {
    const model = endless();
    const { ask, traces } = agentWith(model, [tool("clock", says("10:00"))]);
    const events = await ask();
    expect(model.requests).toHaveLength(12);
    expect(model.requests.map(({ mustAnswer }) => mustAnswer).slice(-2)).toEqual([undefined, "freely"]);
    expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain("Answer now");
    expect(events.at(-1)).toMatchObject({ outcome: { ok: false, failure: { kind: "limit", limit: "steps" } } });
    expect(traces).toMatchObject([{ outcome: "error" }]);
  });

  test("an answer in the last step is the turn's", async () => {
    const model = scriptedChatModel((request, signal) =>
      (request.mustAnswer === "freely"
        ? answering("Enough.")
        : calling(call("clock", { at: request.messages.length })))(request, signal),
    );
    const { ask } = agentWith(model, [tool("clock", says("10:00"))]);
    const events = await ask();
    expect(textOf(events)).toBe("Enough.");
    expect(events.at(-1)).toEqual({ type: "end", outcome: { ok: true } });
  });

  test("32 calls: further ones are refused, and the model has to answer", async () => {
    let ran = 0;
    const many = Array.from({ length: 40 }, (_, index) => call("clock", { index }, `c${index}`));
    const model = scriptedChatModel(inTurn(calling(...many), answering("Enough.")));
    const clock = tool("clock", () => {
      ran += 1;
      return Promise.resolve({ text: "10:00" });
    });
    const { ask } = agentWith(model, [clock]);
    const events = await ask();
    expect(ran).toBe(32);
    expect(outcomes(events).filter((outcome) => outcome === "limit")).toHaveLength(8);
    expect(model.requests[1]?.mustAnswer).toBe("freely");
    expect(textOf(events)).toBe("Enough.");
  });
});

describe("limits of the manifest", () => {
  test("tokens: a turn that has used them up makes no further model call", async () => {
    const model = scriptedChatModel(inTurn(calling(call("clock")), answering("Late.")));
    const { ask } = agentWith(model, [tool("clock", says("10:00"))], { tokens: 13 });
    expect((await ask()).at(-1)).toMatchObject({ outcome: { failure: { kind: "limit", limit: "tokens" } } });
    expect(model.requests.map(({ maxOutput }) => maxOutput)).toEqual([13]);
  });

  test("time: a tool that hangs costs its call, and the model still answers", async () => {
    const model = scriptedChatModel(inTurn(calling(call("hang")), answering("It did not work.")));
    const hang = tool("hang", () => new Promise(() => undefined));
    const { ask } = agentWith(model, [hang], { timeMs: 4_000 });
    const events = await ask();
    expect(outcomes(events)).toEqual(["timeout"]);
    expect(textOf(events)).toBe("It did not work.");
    expect(model.requests[1]?.messages.at(-1)?.text).toBe("Error: It did not end within 3 s");
  });

  test("time: a model that goes on and on is stopped", async () => {
    const { ask } = agentWith(scriptedChatModel(stallingAfter("Well")), [], { timeMs: 50 });
    expect((await ask()).at(-1)).toMatchObject({ outcome: { failure: { kind: "limit", limit: "time" } } });
  });
});

describe("a call that comes again with the same arguments", () => {
  const circling = () => {
    let ran = 0;
    const clock = (mayRepeat: boolean): Tool => ({
      ...tool("clock", () => {
        ran += 1;
        return Promise.resolve({ text: "10:00" });
      }),
      mayRepeat,
    });
    return { clock, ran: () => ran };
  };

  test("is stopped the third time and told so; when it does not stop, the model has to answer", async () => {
    const { clock, ran } = circling();
    const model = scriptedChatModel((request, signal) =>
      (request.mustAnswer === "freely" ? answering("Enough.") : calling(call("clock", { a: 1, b: 2 })))(
        request,
        signal,
      ),
    );
    const { ask } = agentWith(model, [clock(false)]);
    const events = await ask();
    expect(ran()).toBe(2);
    expect(outcomes(events)).toEqual(["ok", "ok", "limit", "limit", "limit"]);
    expect(model.requests[3]?.messages.at(-1)?.text).toContain("twice before");
    expect(textOf(events)).toBe("Enough.");
  });

  test("by a model that must answer is refused once more, and ends the turn as an error", async () => {
    const { clock } = circling();
    const model = scriptedChatModel(calling(call("clock")));
    const { ask } = agentWith(model, [clock(false)]);
    const events = await ask();
    expect(model.requests.map(({ mustAnswer }) => mustAnswer).slice(-3)).toEqual([undefined, "freely", "by-grammar"]);
    expect(model.requests.at(-1)?.messages.at(-1)?.text).toContain("Answer in your own words");
    expect(textOf(events)).toBe("");
    expect(events.at(-1)).toMatchObject({ outcome: { failure: { kind: "limit", limit: "repeated_calls" } } });
  });

  test("is let through when the tool waits for something", async () => {
    const { clock, ran } = circling();
    const model = scriptedChatModel(calling(call("clock")));
    const { ask } = agentWith(model, [clock(true)]);
    await ask();
    expect(ran()).toBe(11);
  });
});

describe("arguments that do not follow the schema", () => {
  const parameters = {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
    required: ["city"],
  };
  const seen: unknown[] = [];
  const weather: Tool = {
    ...tool("weather", (input) => {
      seen.push(input);
      return Promise.resolve({ text: "Rain" });
    }),
    parameters,
  };

  test("are put right where they are near misses, the tool's name too", async () => {
    const near: ModelToolCall = {
      id: "c",
      name: "functions.Weather",
      input: { arguments: { City: "Bonn", days: "3" } },
    };
    const { ask } = agentWith(scriptedChatModel(inTurn(calling(near), answering("Rain."))), [weather]);
    expect(outcomes(await ask())).toEqual(["ok"]);
    expect(seen.splice(0)).toEqual([{ city: "Bonn", days: 3 }]);
  });

  test("are told to the model otherwise, with what the tool takes", async () => {
    const model = scriptedChatModel(inTurn(calling(call("weather", { days: "many" })), answering("Hm.")));
    const { ask } = agentWith(model, [weather]);
    expect(outcomes(await ask())).toEqual(["invalid"]);
    expect(seen).toEqual([]);
    const told = model.requests[1]?.messages.at(-1)?.text ?? "";
    expect(told).toContain('"city" is missing');
    expect(told).toContain('Call weather again with {"city": string, "days"?: integer}');
  });
});

test("a turn whose events are not read to the end has its tools stopped", async () => {
  const stopped = Promise.withResolvers<undefined>();
  const waiting = tool("waiting", async (_input, context) => {
    context.status("here");
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
    stopped.resolve(undefined);
    return { text: "" };
  });
  const { agent, traces } = agentWith(scriptedChatModel(calling(call("waiting"))), [waiting]);
  for await (const event of agent.answer(prompt, never)) if (event.type === "progress") break;
  await stopped.promise;
  expect(traces).toMatchObject([{ outcome: "stopped" }]);
});
