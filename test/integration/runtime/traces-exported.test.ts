// Turns as spans at a collector, which is a stand-in; a chain of agents in two runtimes is one trace.

import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import { type CollectedSpan, type Collector, startCollector } from "../../support/otlp-collector.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus();
const started: RunningMuster[] = [];
let collector: Collector;

beforeEach(() => {
  collector = startCollector();
});

afterEach(async () => {
  for (const muster of started.splice(0)) await muster.stop();
  await collector.stop();
});

afterAll(close);

async function start(owner: string, agents: string, otlp = `{ endpoint: "${collector.url}" }`): Promise<RunningMuster> {
  const manifest = `
identity: { owner: ${owner} }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}", parallel: 4 } }
models:
  ours: { endpoint: scripted, model: ours, context: 4096, temperature: 0.5 }
  theirs: { endpoint: scripted, model: theirs, context: 4096 }
  front: { endpoint: scripted, model: front, context: 4096 }
${otlp === "" ? "" : `otlp: ${otlp}`}
agents:
${agents}`;
  const muster = await startMuster({ manifest });
  started.push(muster);
  return muster;
}

const helper = "  helper: { model: ours, tools: { clock: { type: time } } }\n";
const subject = "agents.prompt.muster.ours.helper";
const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const sampled = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: "vendor=t61rcWkgMzE" };

async function spans(count: number): Promise<readonly CollectedSpan[]> {
  await until(`${count} spans`, () => Promise.resolve(collector.spans.length >= count), 20_000);
  return collector.spans;
}

const usesClock = {
  steps: [
    { calls: [{ name: "clock", input: {} }], usage: { input: 10, output: 2 } },
    { text: "Noon.", usage: { input: 20, output: 4 } },
  ],
};

for (const protocol of ["http/json", "http/protobuf"] as const) {
  test(`a turn is a tree of spans after the gen_ai conventions, as ${protocol}, without what was said`, async () => {
    model.script("ours", usesClock);
    await start("ours", helper, `{ endpoint: "${collector.url}", protocol: ${protocol}, service_name: press-07 }`);
    await caller.prompt(subject, JSON.stringify({ prompt: "Which secret time?", session: "s1" })).done;

    const found = await spans(4);
    const turn = found.find(({ name }) => name === "invoke_agent helper");
    const chats = found.filter(({ name }) => name === "chat ours");
    const tool = found.find(({ name }) => name === "execute_tool clock");
    expect(turn).toMatchObject({ kind: 1, parentSpanId: "", status: { code: 0 } });
    expect(turn?.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "helper",
      "gen_ai.conversation.id": "s1",
      "gen_ai.provider.name": "ollama",
      "gen_ai.usage.input_tokens": 30,
      "gen_ai.usage.output_tokens": 6,
      "muster.outcome": "ok",
    });
    expect(chats).toHaveLength(2);
    expect(chats[0]).toMatchObject({ kind: 3, parentSpanId: turn?.spanId, traceId: turn?.traceId });
    expect(chats[0]?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "ours",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.stream": true,
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 2,
      "gen_ai.response.finish_reasons": ["stop"],
      "server.address": "127.0.0.1",
      "server.port": model.port,
      "muster.model": "ours",
    });
    expect(chats[1]?.attributes["gen_ai.response.time_to_first_chunk"]).toBeNumber();
    expect(tool).toMatchObject({ kind: 1, parentSpanId: turn?.spanId, traceId: turn?.traceId });
    expect(tool?.attributes).toMatchObject({ "gen_ai.tool.name": "clock", "gen_ai.tool.type": "function" });
    expect(turn?.resource).toMatchObject({ "service.name": "press-07", "muster.owner": "ours" });
    for (const span of found) {
      expect(span.startNano >= (turn?.startNano ?? 0n)).toBe(true);
      expect(span.endNano <= (turn?.endNano ?? 0n)).toBe(true);
      expect(span.endNano >= span.startNano).toBe(true);
    }
    const sent = collector.requests.map(({ body }) => Buffer.from(body).toString("latin1")).join();
    expect(sent).not.toContain("secret");
    expect(sent).not.toContain("Noon");
    expect(collector.requests[0]?.path).toBe("/v1/traces");
  }, 60_000);
}

test("a caller's trace is joined, shown by muster trace and in each log line of the turn, and its decision not to record holds", async () => {
  model.script("ours", { text: "Yes." });
  const muster = await start("ours", helper);
  await caller.prompt(subject, "Well?", {
    headers: { ...sampled, traceparent: sampled.traceparent.replace(/01$/, "00") },
  }).done;
  await caller.prompt(subject, "Well?", { headers: sampled }).done;
  const [turn] = (await spans(2)).filter(({ name }) => name.startsWith("invoke_agent"));
  expect(turn).toMatchObject({ traceId, parentSpanId: parentId });
  expect(collector.spans).toHaveLength(2);
  const shown = await muster.command(["trace", "--last", "1"]);
  expect(shown.stdout).toContain(`trace ${traceId}`);
  const lines = muster
    .log()
    .split("\n")
    .filter((line) => line.includes("Turn answered"));
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toContain(traceId);
}, 60_000);

test("a malformed traceparent is as none", async () => {
  model.script("ours", { text: "Yes." });
  await start("ours", helper);
  const headers = { traceparent: `00-${traceId.toUpperCase()}-${parentId}-01`, tracestate: "a=1" };
  const answer = await caller.prompt(subject, "Well?", { headers }).done;
  expect(answer.text()).toBe("Yes.");
  const [turn] = (await spans(2)).filter(({ name }) => name.startsWith("invoke_agent"));
  expect(turn?.parentSpanId).toBe("");
  expect(turn?.traceId).not.toBe(traceId);
}, 60_000);

test("a chain of agents in two runtimes is one trace, each turn a child of the call that made it", async () => {
  model.script("front", {
    steps: [{ calls: [{ name: "maintenance", input: { prompt: "Why?" } }] }, { text: "Shut it." }],
  });
  model.script("theirs", { steps: [{ calls: [{ name: "last", input: { prompt: "And?" } }] }, { text: "Guard door" }] });
  model.script("ours", { text: "It is open." });
  const front = "  front: { model: front, tools: { maintenance: { type: agent, match: { owner: theirs } } } }\n";
  const last = "{ type: agent, match: { owner: ours, name: helper } }";
  await start("theirs", `  maintenance: { model: theirs, tools: { last: ${last} } }\n`);
  await start("ours", front + helper);
  const answer = await caller.prompt("agents.prompt.muster.ours.front", "E17?", { headers: sampled }).done;
  expect(answer.text()).toBe("Shut it.");

  const found = await spans(10);
  expect(new Set(found.map((span) => span.traceId))).toEqual(new Set([traceId]));
  const named = (name: string) => found.find((span) => span.name === name);
  expect(named("invoke_agent front")?.parentSpanId).toBe(parentId);
  expect(named("execute_tool maintenance")?.parentSpanId).toBe(named("invoke_agent front")?.spanId);
  expect(named("invoke_agent maintenance")?.parentSpanId).toBe(named("execute_tool maintenance")?.spanId);
  expect(named("invoke_agent helper")?.parentSpanId).toBe(named("execute_tool last")?.spanId);
  expect(named("invoke_agent maintenance")?.resource["muster.owner"]).toBe("theirs");
}, 60_000);

test("a trace goes through a runtime that exports nothing", async () => {
  model.script("theirs", { steps: [{ calls: [{ name: "last", input: { prompt: "And?" } }] }, { text: "Guard door" }] });
  model.script("ours", { text: "It is open." });
  const last = "{ type: agent, match: { owner: ours, name: helper } }";
  const quiet = await start("theirs", `  maintenance: { model: theirs, tools: { last: ${last} } }\n`, "");
  await start("ours", helper);
  await caller.prompt("agents.prompt.muster.theirs.maintenance", "E17?", { headers: sampled }).done;
  const [turn] = (await spans(2)).filter(({ name }) => name.startsWith("invoke_agent"));
  expect(turn).toMatchObject({ traceId, parentSpanId: parentId });
  expect(quiet.log()).toContain(traceId);
}, 60_000);

test("what was said is exported where it is asked for only, without what the agent redacts, and is in no log", async () => {
  model.script("ours", usesClock);
  const agents = `  helper:
    model: ours
    tools: { clock: { type: time } }
    guards: { redact: { badge: "B[0-9]{4}", hour: "Noon" } }
`;
  const muster = await start("ours", agents, `{ endpoint: "${collector.url}", content: true }`);
  await caller.prompt(subject, "I am B1234, what time?").done;
  const found = await spans(4);
  const turn = found.find(({ name }) => name.startsWith("invoke_agent"));
  const said = (name: string): unknown => JSON.parse(String(turn?.attributes[name]));
  expect(said("gen_ai.input.messages")).toEqual([
    { role: "user", parts: [{ type: "text", content: "I am [badge], what time?" }] },
  ]);
  expect(said("gen_ai.output.messages")).toMatchObject([{ role: "assistant", parts: [{ content: "[hour]." }] }]);
  const tool = found.find(({ name }) => name.startsWith("execute_tool"));
  expect(tool?.attributes["gen_ai.tool.call.arguments"]).toBe("{}");
  expect(tool?.attributes["gen_ai.tool.call.result"]).toBeString();
  expect(muster.log()).not.toContain("what time?");
  const kept = await muster.command(["trace", "--json"]);
  expect(kept.stdout).not.toContain("what time?");
}, 60_000);

test("what waits is sent when the runtime is told to end", async () => {
  model.script("ours", { text: "Yes." });
  const muster = await start("ours", helper, `{ endpoint: "${collector.url}", compression: gzip }`);
  await caller.prompt(subject, "Well?").done;
  await muster.untilIdle("helper");
  expect(await muster.terminate()).toBe(0);
  expect(collector.spans.map(({ name }) => name).toSorted()).toEqual(["chat ours", "invoke_agent helper"]);
}, 60_000);

test("a collector that hangs fails no turn and holds up no end for long", async () => {
  model.script("ours", { text: "Yes." });
  const never = Promise.withResolvers<undefined>();
  collector.behave(() => never.promise.then(() => new Response()));
  const muster = await start("ours", helper);
  const answer = await caller.prompt(subject, "Well?").done;
  expect(answer.text()).toBe("Yes.");
  const before = performance.now();
  expect(await muster.terminate()).toBe(0);
  expect(performance.now() - before).toBeLessThan(10_000);
  never.resolve(undefined);
  expect(muster.log()).toContain("Spans are lost");
}, 60_000);

test("a collector that is away is said once, and once when it is back, with all spans; status and figures tell it", async () => {
  model.script("ours", { text: "Yes." });
  const { port } = collector;
  await collector.stop();
  const muster = await start(
    "ours",
    helper,
    `{ endpoint: "http://127.0.0.1:${port}" }\nhttp: { listen: "127.0.0.1:0" }`,
  );
  await caller.prompt(subject, "Well?").done;
  await until("the collector to be missed", async () => (await muster.status()).traces?.state === "away");
  expect((await muster.command(["status"])).stdout).toContain(`Traces to http://127.0.0.1:${port}/v1/traces fail: `);
  await caller.prompt(subject, "Well?").done;

  collector = startCollector(port);
  await spans(4);
  await until("the return to be told", async () => (await muster.status()).traces?.state === "delivering");
  const count = (text: string) => muster.log().split(text).length - 1;
  expect(count("Traces cannot be exported now")).toBe(1);
  expect(count("Traces are exported again")).toBe(1);
  const { http } = await muster.status();
  const metrics = await (await fetch(`http://${http?.listen ?? ""}/metrics`)).text();
  expect(metrics).toContain("muster_traces_up 1");
  expect(metrics).toContain('muster_trace_spans_total{outcome="delivered"} 4');
}, 60_000);

test("a reload starts the export, moves it, and ends it", async () => {
  model.script("ours", { text: "Yes." });
  const muster = await start("ours", helper, "");
  const file = join(muster.folder, "agents.yaml");
  const bare = await readFile(file, "utf8");
  await caller.prompt(subject, "Well?").done;
  await writeFile(file, `${bare}\notlp: { endpoint: "${collector.url}", headers: { x-key: "\${PATH}" } }\n`);
  expect((await muster.command(["reload"])).code).toBe(0);
  await until("the export", async () => (await muster.status()).traces !== undefined);
  await caller.prompt(subject, "Well?").done;
  await spans(2);
  expect(collector.requests[0]?.headers["x-key"]).toBe(process.env["PATH"] ?? "");
  expect((await muster.command(["check", "--resolved"])).stdout).not.toContain(process.env["PATH"] ?? "-");

  await caller.prompt(subject, "Well?").done;
  await writeFile(file, bare);
  expect((await muster.command(["reload"])).code).toBe(0);
  await spans(4);
  expect((await muster.status()).traces).toBeUndefined();
}, 60_000);
