import { afterEach, beforeEach, expect, test } from "bun:test";
import { answers, eventually } from "../../../support/bus-host.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import type { RawCaller } from "../../../support/raw-caller.ts";
import { openServedBus } from "../../../support/served-bus.ts";

let server: RunningNatsServer;
let bus: BusHost;
let caller: RawCaller;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ server, bus, caller, close } = await openServedBus());
});

afterEach(() => close());

test("a draining agent says so, takes no more prompts, and lets running and waiting turns finish", async () => {
  const gate = Promise.withResolvers<undefined>();
  const agent = await bus.serve({ concurrency: 1 }, async function* (prompt) {
    await gate.promise;
    yield { type: "text", text: prompt.text };
    yield { type: "end" };
  });
  const states: unknown[] = [];
  caller.nats.subscribe("agents.hb.muster.tests.one", {
    callback: (_, message) => void states.push(message.json<{ state: unknown }>().state),
  });
  const streams = [caller.prompt(agent.promptSubject, "a"), caller.prompt(agent.promptSubject, "b")];
  await eventually(() => agent.counters().queued === 1);
  const drained = agent.drain(5_000);
  expect(agent.drain(5_000)).toBe(drained);
  await eventually(() => states.includes("draining"));
  await bus.connection.flush();
  const refused = caller.prompt(agent.promptSubject, "c").done;
  expect(await refused.catch((error: unknown) => String(error))).toContain("Nobody listens");
  gate.resolve(undefined);
  await drained;
  expect((await Promise.all(streams.map((stream) => stream.done))).map((answer) => answer.text())).toEqual(["a", "b"]);
  const gone = caller.ask(`$SRV.PING.agents.${agent.instanceId}`, 200).catch((error: unknown) => String(error));
  expect(await gone).toContain("timeout");
}, 15_000);

test("turns that outlast the drain are stopped with shutting_down, and get their end", async () => {
  const reasons: unknown[] = [];
  const agent = await bus.serve({ concurrency: 1 }, async function* (_, signal) {
    yield { type: "text", text: "begun" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reasons.push(signal.reason);
    yield { type: "end" };
  });
  const streams = [caller.prompt(agent.promptSubject, "a"), caller.prompt(agent.promptSubject, "b")];
  await eventually(() => agent.counters().queued === 1);
  await bus.host.close(200);
  const all = await Promise.all(streams.map((stream) => stream.done));
  for (const answer of all) expect(answer.error()).toMatchObject({ code: "500", error: "shutting_down" });
  expect(reasons).toEqual([expect.objectContaining({ kind: "drain" })]);
});

test("a handler that is deaf does not hold the drain for more than a second", async () => {
  const agent = await bus.serve({}, async function* () {
    await new Promise(() => undefined);
    yield { type: "end" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  await eventually(() => agent.counters().inFlight === 1);
  const startedMs = performance.now();
  await agent.drain(100);
  expect(performance.now() - startedMs).toBeLessThan(2_500);
  expect((await stream.done).error()).toMatchObject({ error: "shutting_down" });
});

test("draining an idle agent is quick, and closing the host twice is the same close", async () => {
  const agent = await bus.serve({}, answers("x"));
  await agent.drain(5_000);
  const closed = bus.host.close(5_000);
  expect(bus.host.close(1)).toBe(closed);
  await closed;
});

test("a caller that never reads costs only its own turn", async () => {
  const agent = await bus.serve({ concurrency: 8, deadlineMs: 20_000 }, async function* (prompt) {
    const pieces = prompt.text === "much" ? 2_000 : 1;
    for (let index = 0; index < pieces; index++) yield await Promise.resolve({ type: "text", text: "x".repeat(4_096) });
    yield { type: "end" };
  });
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      data(raw) {
        raw.pause();
      },
    },
  });
  socket.write(
    `CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB never 1\r\nPUB ${agent.promptSubject} never 4\r\nmuch\r\n`,
  );
  await eventually(() => agent.counters().requests === 1);
  expect((await caller.prompt(agent.promptSubject, "little").done).text()).toHaveLength(4_096);
  await eventually(() => agent.counters().inFlight === 0, 20_000);
  socket.end();
}, 30_000);
