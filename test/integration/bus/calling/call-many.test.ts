// Many agents called at once, over a real nats-server.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { callMany } from "../../../../src/bus/calling/call-many.ts";
import type { ManyTarget } from "../../../../src/bus/calling/call-many.ts";
import { gatherAnswers, raceAnswers } from "../../../../src/bus/calling/whole-answer.ts";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { openCaller, targetAt } from "../../../support/caller.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { Reply, ScriptedAgent, ScriptedHost } from "../../../support/scripted-host.ts";
import { startScriptedHost, subjectOf } from "../../../support/scripted-host.ts";

let server: RunningNatsServer;
let bus: BusConnection;
let host: ScriptedHost;
const open: Reply[] = [];
let mostOpen = 0;
const left = Promise.withResolvers<undefined>();
const started = Promise.withResolvers<undefined>();

const agents: ScriptedAgent[] = [
  { name: "quick", answer: (reply) => say(reply, "quick") },
  { name: "wrong", answer: wrong },
  { name: "endless", answer: endless },
  ...Array.from({ length: 12 }, (_, index) => ({ name: `counted-${index}`, answer: counted })),
  { name: "mute", answer: (reply: Reply) => reply.ack() },
  { name: "large", answer: large },
];

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openCaller(server.url);
  host = await startScriptedHost(server.url, agents);
});

afterAll(async () => {
  await host.stop();
  await bus.close();
  await server.stop();
});

function say(reply: Reply, text: string): void {
  reply.ack();
  reply.text(text);
  reply.end();
}

function wrong(reply: Reply): void {
  reply.text("half ");
  reply.error("500", "broken");
  reply.end();
}

/** Speaks until its caller is gone, and tells of that through `left`. */
function endless(reply: Reply): void {
  reply.connection.subscribe("probe.many", {
    callback: (_error, message) => {
      if (message.headers?.code !== 503) return;
      stop();
      left.resolve(undefined);
    },
  });
  const stop = reply.every(10, () => {
    reply.connection.publish(reply.request.reply ?? "", '{"type":"response","data":"tick"}', { reply: "probe.many" });
    started.resolve(undefined);
  });
}

/** Answers when three are open, and after a round trip, in which a fourth would have come. */
async function counted(reply: Reply): Promise<void> {
  open.push(reply);
  mostOpen = Math.max(mostOpen, open.length);
  reply.ack();
  if (open.length % 3 !== 0) return;
  await reply.connection.flush();
  for (const one of open.splice(0)) one.end();
}

function large(reply: Reply): void {
  for (let index = 0; index < 20; index++) reply.text("x".repeat(1_000));
}

function targets(...names: string[]): ManyTarget[] {
  return names.map((name) => ({ address: name, target: targetAt(subjectOf("prompt", { name })) }));
}

test("one agent's failure is its own: the others' answers are whole, each under its address", async () => {
  const answers = [];
  for await (const answer of gatherAnswers(bus, targets("wrong", "nobody", "quick"), { prompt: "hi" })) {
    answers.push(answer);
  }
  const said = new Map(
    answers.map(({ address, events, error }) => [address, [events.map((e) => e.type), error?.code]]),
  );
  expect(Object.fromEntries(said)).toEqual({
    quick: [["ack", "text", "end"], undefined],
    wrong: [["text"], "agent_error"],
    nobody: [[], "no_responders"],
  });
});

test("answers come in order of their end", async () => {
  const order = [];
  for await (const { address } of gatherAnswers(
    bus,
    targets("mute", "quick"),
    { prompt: "hi" },
    { timeoutMs: 1_000 },
  )) {
    order.push(address);
  }
  expect(order).toEqual(["quick", "mute"]);
});

test("no more calls are open at once than asked for, and all have their turn", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `counted-${index}`);
  let ends = 0;
  for await (const item of callMany(bus, targets(...names), { prompt: "hi" }, { parallel: 3 })) {
    if (item.type === "event" && item.event.type === "end") ends += 1;
  }
  expect([ends, mostOpen]).toEqual([12, 3]);
});

test("in a race the first whole answer wins, failures do not, and the others are left", async () => {
  const race = raceAnswers(bus, targets("endless", "wrong", "quick"), { prompt: "hi" });
  const { winner, failed } = await race;
  expect(winner?.address).toBe("quick");
  expect(failed.every(({ address }) => address === "wrong")).toBe(true);
  await started.promise;
  await left.promise;
});

test("a race that nobody wins names every failure", async () => {
  const { winner, failed } = await raceAnswers(bus, targets("wrong", "nobody"), { prompt: "hi" });
  expect(winner).toBeUndefined();
  expect(failed.map(({ address }) => address).sort()).toEqual(["nobody", "wrong"]);
});

test("an answer over the limit fails as buffer_full, at once", async () => {
  const [failed] = (await raceAnswers(bus, targets("large"), { prompt: "hi" }, { maxAnswerBytes: 5_000 })).failed;
  expect(failed?.error?.code).toBe("buffer_full");
  expect(failed?.events).toHaveLength(4);
});

test("a signal ends every call and those that wait for their turn, as cancelled", async () => {
  const controller = new AbortController();
  const outcomes = [];
  const options = { parallel: 1, signal: controller.signal };
  for await (const item of callMany(bus, targets("mute", "quick"), { prompt: "hi" }, options)) {
    if (item.type === "failed") outcomes.push([item.address, item.error.code]);
    else controller.abort();
  }
  expect(outcomes).toEqual([
    ["mute", "cancelled"],
    ["quick", "cancelled"],
  ]);
});

test("nobody to call is the end", async () => {
  expect(await raceAnswers(bus, [], { prompt: "hi" })).toEqual({ failed: [] });
});
