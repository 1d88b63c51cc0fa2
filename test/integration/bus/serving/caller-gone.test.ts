import { afterAll, expect, test } from "bun:test";
import type { PromptHandler } from "../../../../src/bus/serving/service-port.ts";
import { StopReason } from "../../../../src/bus/serving/service-port.ts";
import { eventually } from "../../../support/bus-host.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import { openServedBus } from "../../../support/served-bus.ts";

const { server, bus, caller, close } = await openServedBus();

afterAll(close);

function untilStopped(reasons: unknown[]): PromptHandler {
  return async function* (_, signal) {
    yield { type: "text", text: "begun" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    reasons.push(signal.reason);
    yield { type: "end" };
  };
}

test("§6.7 a caller that unsubscribes stops the turn within 2 s", async () => {
  const reasons: unknown[] = [];
  const address = { agent: "muster", owner: "tests", name: "gone" };
  const agent = await bus.serve({ address, concurrency: 1 }, untilStopped(reasons));
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "begun");
  stream.stop();
  const startedMs = performance.now();
  await eventually(() => agent.counters().inFlight === 0);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(reasons).toEqual([expect.any(StopReason)]);
  expect(reasons[0]).toMatchObject({ kind: "caller-gone" });
});

test("a caller whose connection ends while it waits in the queue gives its place up", async () => {
  const address = { agent: "muster", owner: "tests", name: "gone-waiting" };
  const agent = await bus.serve({ address, concurrency: 1 }, untilStopped([]));
  const other = await rawCaller(server.url);
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "begun");
  other.prompt(agent.promptSubject, "y").done.catch(() => undefined);
  await eventually(() => agent.counters().queued === 1);
  await other.close();
  await eventually(() => agent.counters().queued === 0, 2_000);
  expect(agent.counters().inFlight).toBe(1);
  stream.stop();
  await eventually(() => agent.counters().inFlight === 0);
});

test("§6.3 a caller that listens but says nothing is kept, and hears a working status twice a second", async () => {
  const address = { agent: "muster", owner: "tests", name: "patient" };
  const heard = Promise.withResolvers<undefined>();
  const agent = await bus.serve({ address }, async function* () {
    await heard.promise;
    yield { type: "text", text: "done" };
    yield { type: "end" };
  });
  const startedMs = performance.now();
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.statuses().filter((status) => status === "working").length === 3);
  expect(performance.now() - startedMs).toBeGreaterThan(1_000);
  heard.resolve(undefined);
  expect((await stream.done).text()).toBe("done");
});

test("a turn that is over soon sends no keep-alive", async () => {
  const address = { agent: "muster", owner: "tests", name: "quick" };
  const agent = await bus.serve({ address }, async function* () {
    await Bun.sleep(100);
    yield { type: "end" };
  });
  expect((await caller.prompt(agent.promptSubject, "x").done).statuses()).toEqual(["ack"]);
});

test("a caller that was away when a piece was sent is told that it may lack it, also when the turn ends well", async () => {
  const address = { agent: "muster", owner: "tests", name: "away" };
  const [missed, back] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const agent = await bus.serve({ address }, async function* () {
    yield { type: "text", text: "a" };
    await missed.promise;
    yield { type: "text", text: "b" };
    await back.promise;
    yield { type: "text", text: "c" };
    yield { type: "end" };
  });
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.statuses().includes("working"));
  stream.stop();
  await caller.nats.flush();
  missed.resolve(undefined);
  await Bun.sleep(900); // A probe comes every 500 ms: one or two are missed.
  const error = Promise.withResolvers<string>();
  caller.nats.subscribe(stream.inbox, {
    callback: (_, message) => {
      if (message.headers?.get("Nats-Service-Error-Code") === "500") error.resolve(message.string());
      else if (message.data.length === 0) error.resolve("none");
    },
  });
  await caller.nats.flush();
  back.resolve(undefined);
  expect(await error.promise).toMatch(/"error":"(bus_lost|caller_gone)"/);
});
