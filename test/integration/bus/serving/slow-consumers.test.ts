import { afterAll, beforeAll, expect, test } from "bun:test";
import { root } from "../../../../build/paths.ts";
import type { BusStatus } from "../../../../src/bus/connection/connection.ts";
import { answers, type BusHost, startBusHost } from "../../../support/bus-host.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../../support/raw-caller.ts";
import { until } from "../../../support/until.ts";

let server: RunningNatsServer;
let flooded: BusHost;
let neighbour: BusHost;
let caller: RawCaller;

// A server that has little patience with whoever does not take what it has for them.
beforeAll(async () => {
  server = await startNatsServer({ config: 'max_pending: 1MB\nwrite_deadline: "200ms"\nmax_payload: 65536' });
  flooded = await startBusHost(server.url);
  neighbour = await startBusHost(server.url);
  caller = await rawCaller(server.url);
});

afterAll(async () => {
  await caller.close();
  await neighbour.stop();
  await flooded.stop();
  await server.stop();
});

/** Leaves 64 MB of prompts with the server. */
const flooder = `
  const { connect } = await import("@nats-io/transport-node");
  const [url, subject] = process.argv.slice(1);
  const nats = await connect({ servers: url });
  const payload = new Uint8Array(60_000).fill(120);
  for (let at = 0; at < 1_100; at++) {
    nats.publish(subject, payload, { reply: "flood." + at });
    if (at % 50 === 49) await nats.flush();
  }
  await nats.close();
`;

function address(name: string): { agent: string; owner: string; name: string } {
  return { agent: "muster", owner: "tests", name };
}

test("a runtime that the server dropped for being slow is back with its agents, and others never noticed", async () => {
  const slow = await flooded.serve({ address: address("slow") }, answers("still here"));
  const other = await neighbour.serve({ address: address("other") }, answers("undisturbed"));
  const states: BusStatus["state"][] = [];
  const forget = neighbour.connection.onStatus(({ state }) => void states.push(state));
  let wasDropped = false;
  const forgetDrop = flooded.connection.onStatus(({ state }) => (wasDropped ||= state === "reconnecting"));
  // As long as it runs, nothing of this process is read.
  const flood = Bun.spawnSync([process.execPath, "-e", flooder, server.url, slow.promptSubject], { cwd: root });
  expect(flood.exitCode).toBe(0);
  await until("the server to drop it", () => wasDropped);
  await until("it to be back", () => flooded.connection.isConnected() && slow.counters().inFlight === 0);
  expect((await caller.prompt(slow.promptSubject, "hello").done).text()).toBe("still here");
  expect((await caller.prompt(other.promptSubject, "hello").done).text()).toBe("undisturbed");
  expect(states).toEqual([]);
  expect(server.log()).toContain("Slow Consumer");
  forget();
  forgetDrop();
}, 60_000);
