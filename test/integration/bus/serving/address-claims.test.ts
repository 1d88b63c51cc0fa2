import { afterEach, beforeEach, expect, test } from "bun:test";
import type { ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import { answers, eventually, startBusHost } from "../../../support/bus-host.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import type { RawCaller } from "../../../support/raw-caller.ts";

let server: RunningNatsServer;
let caller: RawCaller;
let first: BusHost;
let second: BusHost;

beforeEach(async () => {
  server = await startNatsServer();
  caller = await rawCaller(server.url);
  [first, second] = await Promise.all([startBusHost(server.url), startBusHost(server.url)]);
});

afterEach(async () => {
  await first.stop();
  await second.stop();
  await caller.close();
  await server.stop();
});

async function answersOf(agent: ServedAgent, count: number): Promise<Set<string>> {
  const streams = Array.from({ length: count }, () => caller.prompt(agent.promptSubject, "x").done);
  return new Set((await Promise.all(streams)).map((answer) => answer.text()));
}

const roomy = { concurrency: 64, heartbeatMs: 1_000 };

test("a second runtime with a served address withdraws, says by whom it is taken, and stays registered", async () => {
  const a = await first.serve(roomy, answers("first"));
  const b = await second.serve(roomy, answers("second"));
  expect(b.state()).toEqual({ state: "degraded", reason: `address taken by ${a.instanceId}` });
  expect(a.state()).toEqual({ state: "ready" });
  expect(await answersOf(a, 20)).toEqual(new Set(["first"]));
  expect(await caller.ask(`$SRV.PING.agents.${b.instanceId}`)).toMatchObject({ id: b.instanceId });
});

test("it serves when the other drains", async () => {
  const a = await first.serve(roomy, answers("first"));
  const b = await second.serve(roomy, answers("second"));
  await a.drain(1_000);
  await eventually(() => b.state().state === "ready", 2_000);
  await second.connection.flush();
  expect(await answersOf(b, 5)).toEqual(new Set(["second"]));
});

test("it serves when the other's beats stop", async () => {
  const a = await first.serve(roomy, answers("first"));
  const b = await second.serve(roomy, answers("second"));
  expect(b.state().state).toBe("degraded");
  await first.connection.close();
  await eventually(() => b.state().state === "ready", 8_000);
  await second.connection.flush();
  expect(await answersOf(a, 5)).toEqual(new Set(["second"]));
}, 15_000);

test("of two that start together the smaller service id serves", async () => {
  for (let round = 0; round < 5; round++) {
    const address = { agent: "muster", owner: "tests", name: `race-${round}` };
    const [a, b] = await Promise.all([
      first.serve({ ...roomy, address }, answers("first")),
      second.serve({ ...roomy, address }, answers("second")),
    ]);
    await eventually(() => [a, b].filter((agent) => agent.state().state === "ready").length === 1, 3_000);
    await Promise.all([first.connection.flush(), second.connection.flush()]);
    expect([a, b].filter((agent) => agent.state().state === "ready")).toHaveLength(1);
    expect((await answersOf(a, 10)).size).toBe(1);
  }
}, 20_000);

test("a heartbeat of an instance that is not there, or serves something else, takes no agent off its address", async () => {
  const a = await first.serve(roomy, answers("first"));
  const neighbour = { agent: "muster", owner: "tests", name: "neighbour" };
  const b = await second.serve({ ...roomy, address: neighbour }, answers("second"));
  const subject = a.promptSubject.replace(".prompt.", ".hb.");
  const beats: Record<string, unknown>[] = [];
  caller.nats.subscribe(subject, { callback: (_, message) => void beats.push(message.json()) });
  for (const instance_id of ["forged", "*", b.instanceId]) {
    const beat = { agent: "muster", owner: "tests", instance_id, ts: new Date().toISOString(), interval_s: 1e9 };
    caller.nats.publish(subject, JSON.stringify(beat));
    await caller.nats.flush();
    const own = (): Record<string, unknown>[] => beats.filter((heard) => heard["instance_id"] === a.instanceId);
    const before = own().length;
    await eventually(() => own().length >= before + 2, 10_000);
    expect(own().map(({ state }) => state)).not.toContain("degraded");
  }
  expect(await answersOf(a, 5)).toEqual(new Set(["first"]));
});

test("§3 replicas share the address", async () => {
  const a = await first.serve({ ...roomy, replicas: true }, answers("first"));
  const b = await second.serve({ ...roomy, replicas: true }, answers("second"));
  expect([a.state().state, b.state().state]).toEqual(["ready", "ready"]);
  expect(await answersOf(a, 64)).toEqual(new Set(["first", "second"]));
});

test("a replacement within one runtime is no conflict", async () => {
  const old = await first.serve(roomy, answers("old"));
  const next = await first.serve(roomy, answers("new"));
  expect(next.state()).toEqual({ state: "ready" });
  await Bun.sleep(1_200);
  expect([old.state().state, next.state().state]).toEqual(["ready", "ready"]);
  await old.drain(1_000);
  expect(await answersOf(next, 10)).toEqual(new Set(["new"]));
});
