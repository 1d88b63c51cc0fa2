// A thousand agents on one nats-server, in one process and in fifty: discovery finds each, and their beats keep the roster true.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Roster } from "../../../../src/bus/calling/roster.ts";
import type { AgentWatch } from "../../../../src/bus/calling/watch-agents.ts";
import { watchAgents } from "../../../../src/bus/calling/watch-agents.ts";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { openCaller } from "../../../support/caller.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { ServingProgram } from "../../../support/served-agents.ts";
import { startServing } from "../../../support/served-agents.ts";
import { until } from "../../../support/until.ts";

const heartbeatMs = 2_000;
const programs: ServingProgram[] = [];
let server: RunningNatsServer;
let bus: BusConnection;
let roster: Roster;
let watch: AgentWatch;

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openCaller(server.url);
  roster = new Roster(() => performance.now());
  watch = watchAgents(bus, roster);
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  watch.close();
  await bus.close();
  await server.stop();
});

/** States of the instances whose owner begins so, each with how many there are. */
function states(owner: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of roster.entries()) {
    if (entry.owner.startsWith(owner)) counts[entry.state] = (counts[entry.state] ?? 0) + 1;
  }
  return counts;
}

/** Instances of which a beat came after `sinceMs`. */
function heardSince(owner: string, sinceMs: number): number {
  return roster.entries().filter((entry) => entry.owner.startsWith(owner) && (entry.lastBeatMs ?? 0) > sinceMs).length;
}

test("1,000 agents of one process are found, beat, and are offline when it hangs", async () => {
  const program = await startServing(server.url, { owner: "one", count: 1_000, heartbeatMs });
  programs.push(program);
  await watch.refresh({ maxWaitMs: 10_000, statusMs: 10_000 });
  expect(states("one")).toEqual({ ready: 1_000 });
  const sinceMs = performance.now();
  await until("a beat of each", () => heardSince("one", sinceMs) === 1_000);
  program.pause();
  await until("all to be offline", () => states("one")["offline"] === 1_000);
  expect(states("one")).toEqual({ offline: 1_000 });
}, 60_000);

test("20 agents of each of 50 processes are found and beat, each under its own address", async () => {
  for (let first = 0; first < 50; first += 5) {
    const owners = Array.from({ length: 5 }, (_, index) => `many-${first + index}`);
    programs.push(
      ...(await Promise.all(owners.map((owner) => startServing(server.url, { owner, count: 20, heartbeatMs })))),
    );
  }
  await watch.refresh({ maxWaitMs: 10_000, statusMs: 10_000 });
  expect(states("many")).toEqual({ ready: 1_000 });
  const addresses = new Set(roster.entries().map(({ owner, name }) => `${owner}/${name}`));
  expect(addresses.size).toBe(2_000);
  const sinceMs = performance.now();
  await until("a beat of each", () => heardSince("many", sinceMs) === 1_000);
}, 60_000);
