import { afterEach, beforeEach, expect, test } from "bun:test";
import { callAgent } from "../../../../src/bus/calling/call.ts";
import type { CallEvent } from "../../../../src/bus/calling/call-event.ts";
import type { CallTarget } from "../../../../src/bus/calling/call-request.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import { type BusHost, eventually, startBusHost } from "../../../support/bus-host.ts";
import { freeze } from "../../../support/child-processes.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../../support/raw-caller.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { startTcpProxy, type TcpProxy } from "../../../support/tcp-proxy.ts";
import { until } from "../../../support/until.ts";

let server: RunningNatsServer;
/** The agent's link, and the caller's. */
let agentLink: TcpProxy;
let callerLink: TcpProxy;
let bus: BusHost;
let caller: RawCaller;

beforeEach(async () => {
  server = await startNatsServer();
  agentLink = startTcpProxy(server.port);
  callerLink = startTcpProxy(server.port);
  bus = await startBusHost(agentLink.url);
  caller = await rawCaller(callerLink.url);
});

afterEach(async () => {
  await caller.close();
  await bus.stop();
  callerLink.stop();
  agentLink.stop();
  await server.stop();
});

/** An agent that says "a", and after the gate the rest and its end. */
async function gatedAgent(rest = ""): Promise<{ readonly promptSubject: string; readonly open: () => void }> {
  const gate = Promise.withResolvers<undefined>();
  const { promptSubject } = await bus.serve({}, async function* () {
    yield { type: "text", text: "a" };
    await gate.promise;
    if (rest !== "") yield { type: "text", text: rest };
    yield { type: "end" };
  });
  return { promptSubject, open: () => gate.resolve(undefined) };
}

/** The server takes nothing any more, and what is sent to it until it is killed is gone. */
async function loseWhatIsSentBy(send: () => void): Promise<void> {
  await bus.connection.flush();
  await freeze(server.pid());
  const sentBefore = bus.connection.sentCount();
  send();
  await eventually(() => bus.connection.sentCount() > sentBefore);
  await server.kill();
  await eventually(() => !bus.connection.isConnected());
}

/** By the word of the server. */
async function isUnheard(subject: string): Promise<boolean> {
  const isHeard = Promise.withResolvers<boolean>();
  const reply = bus.connection.newInbox();
  const answer = bus.connection.subscribe(reply, () => {
    isHeard.resolve(false);
  });
  bus.connection.publish(subject, '{"type":"status","data":"working"}', { reply });
  void bus.connection.flush().then(() => {
    isHeard.resolve(true);
  });
  const found = !(await isHeard.promise);
  answer.unsubscribe();
  return found;
}

/** Other streams come and go meanwhile. */
async function passTime(promptSubject: string, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) await caller.prompt(promptSubject, "x").done;
}

test("§6.5 an end that went with the server is sent again when that is back, and the answer is whole", async () => {
  const agent = await gatedAgent();
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await loseWhatIsSentBy(agent.open);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toBeUndefined();
  await passTime(agent.promptSubject, 700);
  expect(stream.late()).toBe(0);
}, 30_000);

test("an end that went with a part of the answer is sent again as bus_lost", async () => {
  const agent = await gatedAgent("b");
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  await loseWhatIsSentBy(agent.open);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ code: "500", error: "bus_lost" });
}, 30_000);

test("an end that the server took and did not pass on before it was killed is sent again as bus_lost", async () => {
  const agent = await gatedAgent("b");
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  callerLink.setDeaf(true);
  const sentBefore = bus.connection.sentCount();
  agent.open();
  await eventually(() => bus.connection.sentCount() > sentBefore + 1);
  expect(await bus.connection.flush()).toBeTrue();
  await server.kill();
  callerLink.cut();
  callerLink.setDeaf(false);
  await server.restart();
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ code: "500", error: "bus_lost" });
}, 30_000);

test("an end that nobody heard, the caller's link being cut, is sent again as bus_lost when the caller is back", async () => {
  const agent = await gatedAgent("b");
  const stream = caller.prompt(agent.promptSubject, "x");
  await stream.until((answer) => answer.text() === "a");
  callerLink.stop();
  await until("the caller to be gone", () => isUnheard(stream.inbox));
  const { port } = new URL(callerLink.url);
  const sentBefore = bus.connection.sentCount();
  agent.open();
  await eventually(() => bus.connection.sentCount() > sentBefore);
  await bus.connection.flush();
  callerLink = startTcpProxy(server.port, Number(port));
  const answer = await stream.done;
  expect(answer.text()).toBe("a");
  expect(answer.error()).toMatchObject({ code: "500", error: "bus_lost" });
}, 30_000);

test("an end that the server passed on is not sent again when only the agent's link breaks", async () => {
  const agent = await gatedAgent();
  const stream = caller.prompt(agent.promptSubject, "x");
  agent.open();
  await stream.done;
  await bus.connection.flush();
  agentLink.cut();
  await eventually(() => !bus.connection.isConnected());
  await eventually(() => bus.connection.isConnected());
  await passTime(agent.promptSubject, 700);
  expect(stream.late()).toBe(0);
}, 30_000);

test("a caller of ours has its answer and its end once, though the end is sent again", async () => {
  const agent = await gatedAgent();
  const log = silentLog();
  const own = openBus({ settings: { servers: [callerLink.url] }, clientName: "caller", log });
  await own.connected();
  const target: CallTarget = {
    promptSubject: agent.promptSubject,
    acceptsAttachments: false,
    protocolVersion: "0.3",
    compatibility: "same",
  };
  const events: CallEvent[] = [];
  const reading = (async () => {
    for await (const event of callAgent(own, target, { prompt: "x" })) events.push(event);
  })();
  await eventually(() => events.some(({ type }) => type === "text"));
  await loseWhatIsSentBy(agent.open);
  await server.restart();
  await reading;
  const said = events.filter(({ type }) => type === "text" || type === "end");
  expect(said).toEqual([{ type: "text", text: "a" }, { type: "end" }]);
  await own.close();
}, 30_000);
