import { afterAll, describe, expect, test } from "bun:test";
import type { RunningMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import type { Script } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const subject = "agents.prompt.muster.test.helper";
const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

const providers = ["ollama", "openai", "anthropic"] as const;
type Provider = (typeof providers)[number];

async function start(script: Script, provider: Provider = "ollama"): Promise<RunningMuster> {
  model.script("scripted", script);
  const url = provider === "openai" ? `${model.url}/v1` : model.url;
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ${provider}, url: "${url}", parallel: 4 }
models:
  local: { endpoint: scripted, model: scripted, context: 4096 }
agents:
  helper:
    model: local
    tools:
      clock: { type: time, timezone: Europe/Berlin }
      boss: { type: ask, timeout: 30s }
`;
  return startInTest({ manifest });
}

const clockTwice: Script = {
  steps: [
    {
      text: "One moment.",
      calls: [
        { name: "clock", input: { timezone: "UTC" } },
        { name: "clock", input: {} },
      ],
    },
    { text: "It is ten." },
  ],
};

describe("an agent with tools", () => {
  test.each([...providers])("calls them by the API of %s, and answers with what they say", async (provider) => {
    const muster = await start(clockTwice, provider);
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.text()).toBe("One moment.\n\nIt is ten.");
    expect(answer.error()).toBeUndefined();
    expect(answer.statuses().filter((status) => status.startsWith("tool"))).toEqual(["tool:clock", "tool:clock"]);
    const [asked, told] = model.received.chats().slice(-2);
    expect(JSON.stringify(asked?.body["tools"])).toContain("IANA name");
    const results = JSON.stringify(told?.body["messages"]);
    expect(results).toContain('\\"timezone\\":\\"UTC\\"');
    expect(results).toContain("Europe/Berlin");
    await until("the turn to be logged", () => muster.log().includes("Turn answered"));
    expect(muster.log()).toContain('"tool":"clock"');
  });

  test("asks its caller in the middle of the answer", async () => {
    await start({
      steps: [{ calls: [{ name: "boss", input: { question: "Left or right?" } }] }, { text: "Left it is." }],
    });
    const stream = caller.prompt(subject, "Go on");
    const asked = await stream.until(({ frames }) => frames.some(({ body }) => body.includes('"query"')));
    const query: unknown = JSON.parse(asked.frames.find(({ body }) => body.includes('"query"'))?.body ?? "");
    expect(query).toMatchObject({ type: "query", data: { prompt: "Left or right?" } });
    const replySubject = /"reply_subject":"([^"]+)"/.exec(JSON.stringify(query))?.[1] ?? "";
    caller.nats.publish(replySubject, "left");
    expect((await stream.done).text()).toBe("Left it is.");
    expect(JSON.stringify(model.received.chats().at(-1)?.body)).toContain('"content":"left"');
  });

  test("whose every tool failed says so before the end, and in the log", async () => {
    const muster = await start({
      steps: [{ calls: [{ name: "clock", input: { timezone: "Mars/Olympus" } }] }, { text: "It is ten." }],
    });
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.text()).toBe("It is ten.");
    expect(answer.statuses().filter((status) => status.startsWith("tool"))).toEqual([
      "tool:clock",
      "tool_failed:clock",
      "tools_failed",
    ]);
    await until("the turn to be logged", () => muster.log().includes("every tool failed"));
  });

  test("that calls without end is stopped, and its stream ends with an error", async () => {
    const zones = Array.from({ length: 12 }, (_, hours) => `Etc/GMT+${hours + 1}`);
    await start({ steps: zones.map((timezone) => ({ calls: [{ name: "clock", input: { timezone } }] })) });
    const before = model.received.chats().length;
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.error()).toMatchObject({ code: "500", error: "turn_limit", limit: "steps" });
    expect(model.received.chats().length - before).toBe(12);
  });

  test.each([
    ["bare JSON", '{"name": "clock", "arguments": {"timezone": "UTC"}}'],
    ["a tag", '<tool_call>\n{"name": "clock", "arguments": {"timezone": "UTC"}}\n</tool_call>'],
    ["a Python call", '[clock(timezone="UTC")]'],
  ])("recognises a call that is printed as %s, and shows none of it", async (_title, text) => {
    await start({ steps: [{ text }, { text: "It is ten." }] });
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.text()).toBe("It is ten.");
    expect(answer.statuses()).toContain("tool:clock");
    expect(JSON.stringify(model.received.chats().at(-1)?.body["messages"])).toContain('\\"timezone\\":\\"UTC\\"');
  });

  test("of a model whose API takes no tools calls by the prompted protocol, held to it by a format", async () => {
    const steps = [
      { text: '{"tool": "clock", "arguments": {"timezone": "UTC"}}' },
      { text: '{"answer": "It is ten."}' },
    ];
    await start({ takesTools: false, steps: steps.map((step) => ({ ...step, takesTools: false })) });
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.text()).toBe("It is ten.");
    expect(answer.statuses()).toContain("tool:clock");
    const body = model.received.chats().at(-1)?.body ?? {};
    expect(body["tools"]).toBeUndefined();
    expect(JSON.stringify(body["format"])).toContain('{"const":"clock"}');
    expect(JSON.stringify(body["messages"])).toContain("Result of the tool clock");
  });

  test.each([400, 500])(
    "of a server that answers a format with %d, by the prompted protocol without one, which is found out once",
    async (refusesFormat) => {
      const unable = { takesTools: false, refusesFormat };
      const steps = [
        { text: "Refused." },
        { text: '{"tool": "clock", "arguments": {"timezone": "UTC"}}' },
        { text: '{"answer": "It is ten."}' },
      ];
      const muster = await start({ ...unable, steps: steps.map((step) => ({ ...step, ...unable })) });
      const before = model.received.chats().length;
      const answer = await caller.prompt(subject, "What time is it?").done;
      expect([answer.text(), answer.error()]).toEqual(["It is ten.", undefined]);
      const bodies = model.received.chats().slice(before);
      expect(bodies.map(({ body }) => body["format"] !== undefined)).toEqual([true, false, false]);
      expect(muster.log().match(/takes no format/g)).toHaveLength(1);
    },
  );

  test.each([true, false])(
    "that prints one call again and again never has it for an answer (API takes tools: %p)",
    async (takesTools) => {
      const text = '{"tool": "clock", "arguments": {"timezone": "UTC"}}';
      await start({ text, takesTools });
      const answer = await caller.prompt(subject, "What time is it?").done;
      expect(answer.text()).toBe("");
      expect(answer.error()).toMatchObject({ code: "500", error: "turn_limit", limit: "repeated_calls" });
      const last = model.received.chats().at(-1)?.body ?? {};
      expect(last["tools"]).toBeUndefined();
      expect(JSON.stringify(last["format"] ?? "")).not.toContain("clock");
    },
  );

  test("that calls where it may not is held to an answer by a grammar", async () => {
    const circles = Array.from({ length: 6 }, () => ({ text: '{"name": "clock", "arguments": {"timezone": "UTC"}}' }));
    await start({ steps: [...circles, { text: '{"answer": "It is ten."}' }] });
    const answer = await caller.prompt(subject, "What time is it?").done;
    expect(answer.text()).toBe("It is ten.");
    expect(answer.error()).toBeUndefined();
    expect(model.received.chats().at(-1)?.body["format"]).toMatchObject({ required: ["answer"] });
  });

  test("remembers a session with its calls and their results", async () => {
    await start(clockTwice);
    const ask = (prompt: string) => caller.prompt(subject, JSON.stringify({ prompt, session: "s" })).done;
    await ask("What time is it?");
    await ask("Sure?");
    const messages = JSON.stringify(model.received.chats().at(-1)?.body["messages"]);
    expect(messages.match(/"tool_calls"/g)).toHaveLength(2);
    expect(messages.match(/"role":"tool"/g)).toHaveLength(4);
  });
});
