// A trace goes on with whatever a turn sends: over NATS, from triggers to their deliveries, and from our own commands. The collector is a stand-in.

import { headers as natsHeaders } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mayRun } from "../../support/may-run.ts";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import { type CollectedSpan, type Collector, startCollector } from "../../support/otlp-collector.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { missingForTlsFront, startTlsFront } from "../../support/tls-front.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus({ jetstream: true });
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

async function start(agents: string, otlp = `{ endpoint: "${collector.url}" }`): Promise<RunningMuster> {
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}" } }
models: { local: { endpoint: scripted, model: scripted, context: 4096 } }
otlp: ${otlp}
agents:
${agents}`;
  const muster = await startMuster({ manifest });
  started.push(muster);
  return muster;
}

const subject = "agents.prompt.muster.test.helper";
const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${parentId}-01`;

const named = (name: string): Promise<CollectedSpan> =>
  until(`the span "${name}"`, () => collector.spans.find((span) => span.name === name));

test("a message that a model publishes, and a request, bear the trace of their call", async () => {
  model.script("scripted", {
    steps: [
      { calls: [{ name: "note", input: { subject: "plant.note", payload: "hot" } }] },
      { calls: [{ name: "gauge", input: { subject: "plant.gauge" } }] },
      { text: "Done." },
    ],
  });
  const heard: (string | undefined)[] = [];
  caller.nats.subscribe("plant.*", {
    callback: (_error, message) => {
      heard.push(message.headers?.get("traceparent"));
      message.respond("42");
    },
  });
  await start(
    "  helper: { model: local, tools: { note: { type: publish, allow: [plant.note] }, gauge: { type: request, allow: [plant.gauge] } } }\n",
  );
  await caller.prompt(subject, "Note it", { headers: { traceparent } }).done;
  const [note, gauge] = [await named("execute_tool note"), await named("execute_tool gauge")];
  expect(heard).toEqual([`00-${traceId}-${note.spanId}-01`, `00-${traceId}-${gauge.spanId}-01`]);
}, 60_000);

test("a trigger's turn joins the trace of its message, and the delivery follows from the turn", async () => {
  model.script("scripted", { text: "Guard door" });
  const delivered: (string | undefined)[] = [];
  caller.nats.subscribe("plant.answer", {
    callback: (_error, message) => void delivered.push(message.headers?.get("traceparent")),
  });
  await start(
    "  helper: { model: local, triggers: { alarm: { subject: plant.alarm, deliver: { nats: plant.answer } } } }\n",
  );
  const headers = natsHeaders();
  headers.set("traceparent", traceparent);
  caller.nats.publish("plant.alarm", "E17", { headers });
  const turn = await named("invoke_agent helper");
  expect(turn).toMatchObject({ traceId, parentSpanId: parentId, attributes: { "muster.trigger": "alarm" } });
  await until("the delivery", () => delivered.length > 0);
  expect(delivered).toEqual([`00-${traceId}-${turn.spanId}-01`]);
}, 60_000);

test("a trigger that nobody's trace started begins one, and its delivery is in it", async () => {
  model.script("scripted", { text: "All well" });
  const delivered: (string | undefined)[] = [];
  caller.nats.subscribe("plant.report", {
    callback: (_error, message) => void delivered.push(message.headers?.get("traceparent")),
  });
  await start(
    "  helper: { model: local, triggers: { tick: { every: 1s, prompt: Well?, deliver: { nats: plant.report } } } }\n",
  );
  const turn = await named("invoke_agent helper");
  expect(turn.parentSpanId).toBe("");
  await until("the delivery", () => delivered.includes(`00-${turn.traceId}-${turn.spanId}-01`));
}, 60_000);

describe.if(mayRun("traces over TLS", missingForTlsFront()))("over TLS", () => {
  test("a collector is believed by the manifest's authority, and by no other", async () => {
    model.script("scripted", { text: "Yes." });
    await using front = await startTlsFront(collector.url);
    const trusting = await start(
      "  helper: { model: local }\n",
      `{ endpoint: "${front.url}", tls: { ca_file: "${front.caFile}" } }`,
    );
    await caller.prompt(subject, "Well?").done;
    await named("invoke_agent helper");
    await trusting.stop();
    collector.spans.splice(0);

    const wary = await start("  helper: { model: local }\n", `{ endpoint: "${front.url}" }`);
    await caller.prompt(subject, "Well?").done;
    await until("the refusal", async () => (await wary.status()).traces?.state === "away");
    expect(collector.spans).toEqual([]);
    expect((await wary.status()).traces?.reason).toMatch(/certificate/i);
  }, 60_000);
});

test("muster ask and muster submit send a trace, and refuse what is none", async () => {
  model.script("scripted", { text: "Yes." });
  const muster = await start("  helper: { model: local }\n");
  const asked = await muster.command(["ask", "--traceparent", traceparent, "helper", "Well?"]);
  expect([asked.code, asked.stdout.trim()]).toEqual([0, "Yes."]);
  expect(await named("invoke_agent helper")).toMatchObject({ traceId, parentSpanId: parentId });

  const jobTrace = traceparent.replace("0af7", "1af7");
  await until("the store of jobs", async () => (await muster.status()).agents[0]?.jobs !== undefined);
  const job = await muster.command(["submit", "--traceparent", jobTrace, "--wait", "helper", "Well?"]);
  expect([job.code, job.stdout.trim()]).toEqual([0, "Yes."]);
  await until("the job's turn", () =>
    collector.spans.some((span) => span.traceId === jobTrace.slice(3, 35) && span.parentSpanId === parentId),
  );
  const bad = await muster.command(["ask", "--traceparent", "00-1-2-3", "helper", "Well?"]);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('Found --traceparent "00-1-2-3"');
}, 60_000);
