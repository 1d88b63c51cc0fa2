import { afterAll, expect, test } from "bun:test";
import type { PromptHandler, ReplyEvent, ServedPrompt } from "../../../../src/bus/serving/service-port.ts";
import { StopReason } from "../../../../src/bus/serving/service-port.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import { answers, eventually } from "../../../support/bus-host.ts";
import { openServedBus } from "../../../support/served-bus.ts";

const { bus, caller, close } = await openServedBus();

afterAll(close);

function named(name: string): { agent: string; owner: string; name: string } {
  return { agent: "muster", owner: "tests", name };
}

/** Waits until its signal fires, then ends by itself. */
const obedient: PromptHandler = async function* (_, signal) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  yield { type: "end" };
};

test("§6.1 a stream is one ack, the text, one terminator, and nothing after it", async () => {
  const agent = await bus.serve({ address: named("plain") }, answers("one ", "two ", "three"));
  const stream = caller.prompt(agent.promptSubject, "hello");
  const answer = await stream.done;
  expect(answer.frames[0]?.body).toBe('{"type":"status","data":"ack"}');
  expect(answer.statuses()).toEqual(["ack"]);
  expect(answer.text()).toBe("one two three");
  expect(answer.frames[1]?.body).toBe('{"type":"response","data":"one two three"}');
  await caller.nats.flush();
  expect(stream.late()).toBe(0);
});

test("§5 the handler gets text, session, files and unknown fields", async () => {
  const seen: ServedPrompt[] = [];
  const agent = await bus.serve({ address: named("fields") }, async function* (prompt) {
    seen.push(prompt);
    yield await Promise.resolve<ReplyEvent>({ type: "end" });
  });
  const envelope = {
    prompt: "read",
    session: "s1",
    colour: "blue",
    attachments: [{ filename: "a.txt", content: "aGk=" }],
  };
  await caller.prompt(agent.promptSubject, JSON.stringify(envelope)).done;
  const [{ id, ...rest } = { id: "" }] = seen;
  expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
  expect([rest]).toEqual([
    {
      text: "read",
      session: "s1",
      sender: { trust: "absent" },
      extra: { colour: "blue" },
      attachments: [{ filename: "a.txt", data: new Uint8Array([104, 105]) }],
    },
  ]);
});

const malformed: readonly [string, string | Uint8Array, string][] = [
  ["an empty payload", "", "empty_prompt"],
  ["white space only", " \t\r\n", "empty_prompt"],
  ["invalid UTF-8", new Uint8Array([0x68, 0xff, 0xfe]), "invalid_utf8"],
  ["a brace that opens no JSON", "{hello", "invalid_json"],
  ["an envelope without prompt", '{"text":"x"}', "invalid_envelope"],
  ["a prompt that is no string", '{"prompt":7}', "invalid_envelope"],
  ["an empty prompt", '{"prompt":""}', "empty_prompt"],
  ["an attachment without content", '{"prompt":"x","attachments":[{"filename":"a"}]}', "invalid_attachment"],
  ["URL-safe base64", '{"prompt":"x","attachments":[{"filename":"a","content":"_-8="}]}', "invalid_attachment"],
  [
    "a file name that is a path",
    '{"prompt":"x","attachments":[{"filename":"../a","content":""}]}',
    "invalid_attachment",
  ],
  ["more than max_payload", "x".repeat(64 * 1024 + 1), "payload_too_large"],
];

for (const [index, [what, payload, error]] of malformed.entries()) {
  test(`${what} is refused with 400 ${error}, without an ack`, async () => {
    const agent = await bus.serve({ address: named(`bad-${index}`) }, answers("no"));
    const answer = await caller.prompt(agent.promptSubject, payload).done;
    expect(answer.frames).toHaveLength(1);
    expect(answer.error()).toMatchObject({ code: "400", error });
    expect(agent.counters()).toMatchObject({ requests: 1, errors: 1, inFlight: 0 });
  });
}

test("§5.4 headers count towards max_payload", async () => {
  const agent = await bus.serve({ address: named("headers"), maxPayloadBytes: 1_000 }, answers("ok"));
  const fits = await caller.prompt(agent.promptSubject, "x".repeat(900)).done;
  expect(fits.text()).toBe("ok");
  const over = await caller.prompt(agent.promptSubject, "x".repeat(900), { headers: { "X-Long": "y".repeat(100) } })
    .done;
  expect(over.error()).toMatchObject({ code: "400", error: "payload_too_large", max_payload_bytes: 1_000 });
});

test("§5 attachments are refused when the agent takes none", async () => {
  const agent = await bus.serve({ address: named("no-files"), acceptsAttachments: false }, answers("ok"));
  const envelope = '{"prompt":"x","attachments":[{"filename":"a","content":"aGk="}]}';
  expect((await caller.prompt(agent.promptSubject, envelope).done).error()).toMatchObject({
    code: "400",
    error: "attachments_not_accepted",
  });
});

test("§6.1 the check of the agent refuses before the ack", async () => {
  const refusal = new ServiceError(400, "unsupported_attachment", "Cannot read it");
  const agent = await bus.serve({ address: named("check") }, answers("ok"), () => refusal);
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.frames).toHaveLength(1);
  expect(answer.error()).toMatchObject({ code: "400", error: "unsupported_attachment", header: "Cannot read it" });
});

test("§5 a prompt without reply subject runs nothing, is counted, and logged once", async () => {
  let runs = 0;
  const agent = await bus.serve({ address: named("no-reply") }, async function* () {
    runs++;
    yield await Promise.resolve<ReplyEvent>({ type: "end" });
  });
  for (let index = 0; index < 3; index++) caller.nats.publish(agent.promptSubject, "hello");
  await eventually(() => agent.counters().requests === 3);
  expect(runs).toBe(0);
  expect(
    bus.log.lines.filter(({ message, fields }) => fields["agent"] === "no-reply" && message.includes("reply")),
  ).toHaveLength(1);
});

test("no reply subject makes an agent speak where it should not: as a neighbour, as the server, to itself", async () => {
  let runs = 0;
  const agent = await bus.serve({ address: named("deputy") }, async function* () {
    runs++;
    yield await Promise.resolve<ReplyEvent>({ type: "text", text: "said" });
    yield { type: "end" };
  });
  const heard: string[] = [];
  const listening = ["agents.hb.muster.tests.victim", "muster.jobs.tests", "$KV.bucket.key"].map((subject) =>
    caller.nats.subscribe(subject, { callback: (_, message) => void heard.push(message.subject) }),
  );
  const subjects = [
    "agents.hb.muster.tests.victim",
    agent.promptSubject,
    "muster.jobs.tests",
    "$KV.bucket.key",
    "$SYS.REQ.SERVER.PING",
    "$JS.API.STREAM.PURGE.x",
  ];
  const status = agent.promptSubject.replace(".prompt.", ".status.");
  for (const reply of subjects) {
    for (const subject of [agent.promptSubject, status, "$SRV.PING.agents"])
      caller.nats.publish(subject, "x", { reply });
  }
  await caller.nats.flush();
  expect((await caller.prompt(agent.promptSubject, "now").done).text()).toBe("said");
  await caller.nats.flush();
  expect(heard).toEqual([]);
  expect(runs).toBe(1);
  expect(agent.counters().requests).toBe(subjects.length + 1);
  for (const subscription of listening) subscription.unsubscribe();
});

test("§9 the queue is served in order, says so, and what is over it gets 429 with retry_after_s", async () => {
  const started: string[] = [];
  const gates: (() => void)[] = [];
  const agent = await bus.serve({ address: named("queue"), concurrency: 1, queue: 2 }, async function* (prompt) {
    started.push(prompt.text);
    await new Promise<void>((resolve) => gates.push(resolve));
    yield { type: "text", text: prompt.text };
    yield { type: "end" };
  });
  const streams = ["a", "b", "c"].map((text) => caller.prompt(agent.promptSubject, text));
  await eventually(() => agent.counters().queued === 2);
  const refused = await caller.prompt(agent.promptSubject, "d").done;
  expect(refused.frames).toHaveLength(1);
  expect(refused.error()).toMatchObject({ code: "429", error: "busy" });
  expect(refused.error()?.["retry_after_s"]).toBeGreaterThanOrEqual(1);
  expect(started).toEqual(["a"]);
  for (let index = 0; index < 3; index++) {
    await eventually(() => gates.length > index);
    gates[index]?.();
  }
  const all = await Promise.all(streams.map((stream) => stream.done));
  expect(all.map((answer) => answer.text())).toEqual(["a", "b", "c"]);
  expect(started).toEqual(["a", "b", "c"]);
  expect(all[1]?.statuses().slice(0, 2)).toEqual(["ack", "queued"]);
  await eventually(() => agent.counters().inFlight === 0);
  expect(agent.counters()).toMatchObject({ inFlight: 0, queued: 0 });
});

test("a degraded agent refuses at once with its own error, and serves again when it is well", async () => {
  const agent = await bus.serve({ address: named("degraded") }, answers("ok"));
  const error = new ServiceError(500, "model_unreachable", "The model is away", { retry_after_s: 3 });
  agent.setHealth({ state: "degraded", reason: "model unreachable", error });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.frames).toHaveLength(1);
  expect(answer.error()).toMatchObject({ code: "500", error: "model_unreachable", retry_after_s: 3 });
  agent.setHealth({ state: "ready" });
  expect((await caller.prompt(agent.promptSubject, "x").done).text()).toBe("ok");
});

test("a turn over its deadline is told to stop and ends with deadline_exceeded", async () => {
  const reasons: unknown[] = [];
  const agent = await bus.serve({ address: named("deadline"), deadlineMs: 150 }, async function* (_, signal) {
    yield { type: "text", text: "begun" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reasons.push(signal.reason);
    yield { type: "end" };
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.text()).toBe("begun");
  expect(answer.error()).toMatchObject({ code: "500", error: "deadline_exceeded" });
  expect(reasons[0]).toBeInstanceOf(StopReason);
});

test("waiting in the queue counts towards the deadline", async () => {
  const agent = await bus.serve({ address: named("waiting"), deadlineMs: 200, concurrency: 1 }, obedient);
  const [first, second] = [caller.prompt(agent.promptSubject, "a"), caller.prompt(agent.promptSubject, "b")];
  const startedMs = performance.now();
  expect((await second.done).error()).toMatchObject({ error: "deadline_exceeded" });
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  expect((await first.done).error()).toMatchObject({ error: "deadline_exceeded" });
});

test("a handler that ignores its signal is abandoned after a second, and its place is free", async () => {
  const agent = await bus.serve({ address: named("deaf"), deadlineMs: 100, concurrency: 1 }, async function* () {
    await new Promise(() => undefined);
    yield { type: "end" };
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.error()).toMatchObject({ error: "deadline_exceeded" });
  await eventually(() => agent.counters().inFlight === 0);
});

test("§9 a handler that throws, or stops without an end, is an internal error that tells nothing", async () => {
  const throwing = await bus.serve({ address: named("throws") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({ type: "text", text: "so far" });
    throw new Error("secret /path");
  });
  const thrown = await caller.prompt(throwing.promptSubject, "x").done;
  expect(thrown.text()).toBe("so far");
  expect(thrown.error()).toEqual({
    code: "500",
    header: "The agent failed to answer",
    error: "internal",
    message: "The agent failed to answer",
  });
  const endless = await bus.serve({ address: named("no-end") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({ type: "text", text: "x" });
  });
  expect((await caller.prompt(endless.promptSubject, "x").done).error()).toMatchObject({ error: "internal" });
});

test("what a handler sends after its end is not read", async () => {
  const agent = await bus.serve({ address: named("after-end") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({ type: "text", text: "x" });
    yield { type: "end" };
    yield { type: "text", text: "never" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  expect((await stream.done).text()).toBe("x");
  await caller.nats.flush();
  expect(stream.late()).toBe(0);
});

test("status tokens and files are passed on, between the texts that they stood between", async () => {
  const agent = await bus.serve({ address: named("events") }, async function* () {
    yield await Promise.resolve<ReplyEvent>({ type: "text", text: "a" });
    yield { type: "text", text: "b" };
    yield { type: "status", status: "model:second" };
    yield { type: "attachments", attachments: [{ filename: "f.bin", data: new Uint8Array([1, 2, 3]) }] };
    yield { type: "text", text: "c" };
    yield { type: "end" };
  });
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.frames.map((frame) => frame.body)).toEqual([
    '{"type":"status","data":"ack"}',
    '{"type":"response","data":"ab"}',
    '{"type":"status","data":"model:second"}',
    '{"type":"response","data":{"text":"","attachments":[{"filename":"f.bin","content":"AQID"}]}}',
    '{"type":"response","data":"c"}',
  ]);
});

test("text is joined: a fast stream takes far fewer messages than it has tokens", async () => {
  const agent = await bus.serve({ address: named("joined") }, answers(...Array.from({ length: 2_000 }, () => "word ")));
  const answer = await caller.prompt(agent.promptSubject, "x").done;
  expect(answer.text()).toBe("word ".repeat(2_000));
  expect(answer.frames.length).toBeLessThan(50);
});

test("§3 STATS count requests, errors with their code, and time", async () => {
  const agent = await bus.serve({ address: named("stats") }, answers("ok"));
  await caller.prompt(agent.promptSubject, "x").done;
  await caller.prompt(agent.promptSubject, "").done;
  const stats = await caller.ask(`$SRV.STATS.agents.${agent.instanceId}`);
  expect(stats).toMatchObject({
    type: "io.nats.micro.v1.stats_response",
    name: "agents",
    id: agent.instanceId,
    endpoints: [
      {
        name: "prompt",
        subject: agent.promptSubject,
        queue_group: "agents",
        num_requests: 2,
        num_errors: 1,
        last_error: "400:The prompt is empty",
      },
      { name: "status", num_requests: 0 },
    ],
  });
});

test("§6.5 1,000 random payloads: each gets one end, and the agent still answers", async () => {
  const agent = await bus.serve({ address: named("fuzz"), concurrency: 64, queue: 2_000 }, answers("ok"));
  const streams = Array.from({ length: 1_000 }, (_, index) => {
    const bytes = crypto.getRandomValues(new Uint8Array(index % 300));
    if (index % 3 === 0) bytes[0] = 0x7b;
    return caller.prompt(agent.promptSubject, bytes);
  });
  const all = await Promise.all(streams.map((stream) => stream.done));
  for (const answer of all) expect((answer.error() === undefined) !== (answer.text() === "")).toBe(true);
  expect(streams.every((stream) => stream.late() === 0)).toBe(true);
  expect(agent.counters()).toMatchObject({ inFlight: 0, queued: 0, requests: 1_000 });
  expect((await caller.prompt(agent.promptSubject, "still there?").done).text()).toBe("ok");
}, 30_000);
