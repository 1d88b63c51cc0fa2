import { afterEach, beforeEach, expect, test } from "bun:test";
import { callAgent } from "../../../../src/bus/calling/call.ts";
import type { CallTarget } from "../../../../src/bus/calling/call-request.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { type BusHost, eventually, startBusHost } from "../../../support/bus-host.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { startTcpProxy, type TcpProxy } from "../../../support/tcp-proxy.ts";

let server: RunningNatsServer;
let link: TcpProxy;
let host: BusHost;
let caller: BusConnection;

beforeEach(async () => {
  server = await startNatsServer();
  link = startTcpProxy(server.port);
  host = await startBusHost(server.url);
  caller = openBus({ settings: { servers: [link.url] }, clientName: "caller", log: silentLog() });
  await caller.connected();
});

afterEach(async () => {
  await caller.close();
  await host.stop();
  link.stop();
  await server.stop();
});

/** What came, and what ended it. The agent says "a", and its end when `open` is called. */
async function startCall(): Promise<{
  readonly texts: string[];
  readonly over: Promise<unknown>;
  readonly open: () => void;
}> {
  const gate = Promise.withResolvers<undefined>();
  const agent = await host.serve({}, async function* (_, signal) {
    yield { type: "text", text: "a" };
    await Promise.race([gate.promise, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
    yield { type: "end" };
  });
  const target: CallTarget = {
    promptSubject: agent.promptSubject,
    acceptsAttachments: false,
    protocolVersion: "0.3",
    compatibility: "same",
  };
  const texts: string[] = [];
  const read = async (): Promise<unknown> => {
    try {
      for await (const event of callAgent(caller, target, { prompt: "x" })) {
        if (event.type === "text") texts.push(event.text);
      }
      return "ended";
    } catch (error) {
      return error;
    }
  };
  const over = read();
  await eventually(() => texts.length > 0);
  return { texts, over, open: () => gate.resolve(undefined) };
}

test("a call whose own link breaks is told so when the link is back, and does not wait for an end that may be lost", async () => {
  const { texts, over } = await startCall();
  link.cut();
  expect(await over).toMatchObject({ code: "bus_lost" });
  expect(texts).toEqual(["a"]);
}, 30_000);

test("a call over a restart of the server goes on, for its agent was away too", async () => {
  const { over, open } = await startCall();
  await host.connection.flush();
  await server.restart();
  await eventually(() => caller.isConnected() && host.connection.isConnected());
  open();
  expect(await over).toBe("ended");
}, 30_000);
