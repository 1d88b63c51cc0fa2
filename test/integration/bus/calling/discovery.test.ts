// Finding agents over a real nats-server: none, one, thousands, and records that are no use.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { discoverAgents } from "../../../../src/bus/calling/discovery.ts";
import { Roster } from "../../../../src/bus/calling/roster.ts";
import { watchAgents } from "../../../../src/bus/calling/watch-agents.ts";
import { openCaller } from "../../../support/caller.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { ScriptedAgent } from "../../../support/scripted-host.ts";
import { startScriptedHost } from "../../../support/scripted-host.ts";

let server: RunningNatsServer;
let bus: BusConnection;

beforeAll(async () => {
  server = await startNatsServer();
  bus = await openCaller(server.url);
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

async function withAgents<Result>(agents: readonly ScriptedAgent[], work: () => Promise<Result>): Promise<Result> {
  const host = await startScriptedHost(server.url, agents);
  try {
    return await work();
  } finally {
    await host.stop();
  }
}

test("ends at once where nobody answers", async () => {
  const start = performance.now();
  expect(await discoverAgents(bus)).toEqual({ agents: [], unusable: [] });
  expect(performance.now() - start).toBeLessThan(500);
});

test("§4 finds 5,000 agents, each once", async () => {
  const agents = Array.from({ length: 5_000 }, (_, index) => ({ name: `a${index}` }));
  const found = await withAgents([...agents, { name: "again", id: "instance-7" }], () => discoverAgents(bus));
  expect(found.agents.length).toBe(5_000);
});

test("keeps records that cannot be used, with the reason", async () => {
  const found = await withAgents(
    [{ name: "good" }, { name: "bad", promptSubject: "$JS.API.STREAM.DELETE.x" }, { name: "nobody", owner: "" }],
    () => discoverAgents(bus, { stallMs: 100 }),
  );
  expect(found.agents.map(({ name }) => name)).toEqual(["good"]);
  expect(found.unusable).toEqual([
    {
      instanceId: "instance-1",
      problem: "its prompt subject cannot be published to",
      agent: "stand-in",
      owner: "tests",
    },
    { instanceId: "instance-2", problem: "metadata has no owner", agent: "stand-in" },
  ]);
});

test("stops at the record that is enough, without waiting for others", async () => {
  const start = performance.now();
  await withAgents([{ name: "one" }], () => discoverAgents(bus, { isEnough: ({ name }) => name === "one" }));
  expect(performance.now() - start).toBeLessThan(700);
});

test("a watched roster knows states from status answers, and from heartbeats of agents that never answered", async () => {
  const roster = new Roster(() => performance.now());
  const watch = watchAgents(bus, roster);
  await withAgents(
    [
      { name: "mine", beat: { state: "degraded", reason: "model unreachable", in_flight: 2 } },
      { name: "foreign", beat: {} },
      { name: "quiet" },
    ],
    () => watch.refresh({ stallMs: 100 }),
  );
  bus.publish(
    "agents.hb.other.team.stray",
    JSON.stringify({ agent: "other", owner: "team", instance_id: "x", ts: "t", interval_s: 1 }),
  );
  await bus.flush();
  watch.close();
  const seen = roster.entries().map(({ name, state, reason, inFlight }) => [name, state, reason, inFlight]);
  expect(seen).toEqual([
    ["stray", "online", undefined, undefined],
    ["foreign", "online", undefined, undefined],
    ["mine", "degraded", "model unreachable", 2],
    ["quiet", "silent", undefined, undefined],
  ]);
});

test("every instance behind one subject is heard, though the server picks one at random for each question", async () => {
  const roster = new Roster(() => performance.now());
  const watch = watchAgents(bus, roster);
  const twin = { name: "twin", beat: { state: "ready" } };
  await withAgents([twin, twin], () => watch.refresh({ stallMs: 100 }));
  watch.close();
  expect(roster.entries().map(({ name, state }) => [name, state])).toEqual([
    ["twin", "ready"],
    ["twin", "ready"],
  ]);
});
