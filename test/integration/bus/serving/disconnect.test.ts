import { afterEach, beforeEach, expect, test } from "bun:test";
import type { PromptHandler, ReplyEvent } from "../../../../src/bus/serving/service-port.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import { createAgentHost } from "../../../../src/bus/serving/agent-host.ts";
import { answers, eventually, serviceSpec, startBusHost } from "../../../support/bus-host.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import type { RawCaller } from "../../../support/raw-caller.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { freeze } from "../../../support/child-processes.ts";
import { startTcpProxy } from "../../../support/tcp-proxy.ts";

let server: RunningNatsServer;
let caller: RawCaller;

beforeEach(async () => {
  server = await startNatsServer();
  caller = await rawCaller(server.url);
});

afterEach(async () => {
  await caller.close();
  await server.stop();
});

/** Says "a", waits for the gate, then says `rest` and ends. */
function inTwoParts(gate: Promise<unknown>, ...rest: string[]): PromptHandler {
  return async function* () {
    yield { type: "text", text: "a" };
    await gate;
    for (const text of rest) yield { type: "text", text };
    yield { type: "end" };
  };
}

/** With nothing under way. */
async function disconnected(bus: BusHost): Promise<void> {
  await bus.connection.flush();
  await server.kill();
  await eventually(() => !bus.connection.isConnected());
}

test("output made while the server is away is held, and sent in order when it is back", async () => {
  const bus = await startBusHost(server.url);
  const gate = Promise.withResolvers<undefined>();
  const agent = await bus.serve({}, inTwoParts(gate.promise, "b", "c", "d"));
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await disconnected(bus);
  gate.resolve(undefined);
  await eventually(() => agent.counters().inFlight === 0);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("abcd");
  expect(answer.error()).toBeUndefined();
  await caller.nats.flush();
  expect(stream.late()).toBe(0);
  await bus.stop();
}, 20_000);

test("a turn that goes on over the disconnect streams on after it", async () => {
  const bus = await startBusHost(server.url);
  const gate = Promise.withResolvers<undefined>();
  const agent = await bus.serve({}, inTwoParts(gate.promise, "b"));
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await disconnected(bus);
  await server.restart();
  await eventually(() => bus.connection.isConnected());
  gate.resolve(undefined);
  expect((await stream.done).text()).toBe("ab");
  await bus.stop();
}, 20_000);

test("an answer with a piece under way when the connection breaks ends as bus_lost, and has no gap", async () => {
  const bus = await startBusHost(server.url);
  const gate = Promise.withResolvers<undefined>();
  const agent = await bus.serve({}, async function* (_, signal) {
    yield { type: "text", text: "a" };
    await gate.promise;
    yield { type: "text", text: "b" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    yield { type: "text", text: "c" };
    yield { type: "end" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await bus.connection.flush();
  await freeze(server.pid());
  const sentBefore = bus.connection.sentCount();
  gate.resolve(undefined);
  await eventually(() => bus.connection.sentCount() > sentBefore);
  await server.kill();
  await eventually(() => agent.counters().inFlight === 0);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ code: "500", error: "bus_lost" });
  await bus.stop();
}, 20_000);

test("when the bus is away for too long the turn ends as bus_lost, and the caller is told when it is back", async () => {
  const bus = await startBusHost(server.url, { holdMs: 300 });
  const reasons: unknown[] = [];
  const agent = await bus.serve({}, async function* (_, signal) {
    yield { type: "text", text: "a" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reasons.push(signal.reason);
    yield { type: "text", text: "lost" };
    yield { type: "end" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await disconnected(bus);
  await eventually(() => agent.counters().inFlight === 0);
  expect(reasons).toEqual([expect.objectContaining({ kind: "bus-lost" })]);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ code: "500", error: "bus_lost" });
  await bus.stop();
}, 20_000);

test("more than 1 MB of held output ends the turn as bus_lost", async () => {
  const bus = await startBusHost(server.url);
  const gate = Promise.withResolvers<undefined>();
  let pieces = 0;
  const agent = await bus.serve({}, async function* (_, signal) {
    yield { type: "text", text: "a" };
    await gate.promise;
    while (!signal.aborted && pieces < 1_000) {
      pieces++;
      yield await Promise.resolve<ReplyEvent>({ type: "text", text: "x".repeat(10_000) });
    }
    yield { type: "end" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await disconnected(bus);
  gate.resolve(undefined);
  await eventually(() => agent.counters().inFlight === 0);
  expect(pieces).toBeLessThan(120);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ error: "bus_lost" });
  await bus.stop();
}, 20_000);

test("agents registered while NATS is down come up with it", async () => {
  await server.kill();
  const log = silentLog();
  const connection = openBus({ settings: { servers: [server.url] }, clientName: "test", log });
  const host = createAgentHost({ connection, log });
  const agent = host.register(serviceSpec({ heartbeatMs: 60_000 }), answers("up"));
  agent.setHealth({ state: "ready" });
  await eventually(() => connection.status().problem !== undefined);
  expect(connection.status().state).toBe("connecting");
  await Bun.sleep(400);
  expect(log.lines.filter(({ message }) => message.includes("connection refused"))).toHaveLength(1);
  await server.restart();
  await connection.connected();
  await Promise.all([connection.flush(), connection.flush()]);
  const later = await rawCaller(server.url);
  expect((await later.prompt(agent.promptSubject, "x").done).text()).toBe("up");
  await later.close();
  await host.close(0);
  await connection.close();
}, 30_000);

test("every agent beats at once after a reconnect, and nothing beats into the void before", async () => {
  const proxy = startTcpProxy(server.port);
  const bus = await startBusHost(proxy.url);
  await bus.serve({ heartbeatMs: 60_000 }, answers("x"));
  await bus.serve({ heartbeatMs: 60_000, address: { agent: "muster", owner: "tests", name: "two" } }, answers("x"));
  const beats: string[] = [];
  caller.nats.subscribe("agents.hb.*.*.*", { callback: (_, message) => void beats.push(message.subject) });
  await caller.nats.flush();
  proxy.cut();
  await eventually(() => beats.length >= 2);
  expect(beats.toSorted()).toEqual(["agents.hb.muster.tests.one", "agents.hb.muster.tests.two"]);
  await bus.stop();
  proxy.stop();
}, 15_000);

test("a caller whose link never broke gets the whole answer over a cut of ours", async () => {
  const proxy = startTcpProxy(server.port);
  const bus = await startBusHost(proxy.url);
  const gate = Promise.withResolvers<undefined>();
  const agent = await bus.serve({}, inTwoParts(gate.promise, "b", "c"));
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await bus.connection.flush();
  proxy.cut();
  await eventually(() => !bus.connection.isConnected());
  gate.resolve(undefined);
  const answer = await stream.done;
  expect(answer.text()).toBe("abc");
  expect(answer.error()).toBeUndefined();
  await bus.stop();
  proxy.stop();
}, 15_000);
