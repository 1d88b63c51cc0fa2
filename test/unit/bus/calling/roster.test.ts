import { beforeEach, expect, test } from "bun:test";
import { Roster } from "../../../../src/bus/calling/roster.ts";
import type { AgentRecord } from "../../../../src/protocol/registration.ts";

let nowMs: number;
let roster: Roster;

beforeEach(() => {
  nowMs = 1_000;
  roster = new Roster(() => nowMs, { maxInstances: 3, forgetMs: 60_000 });
});

function beat(id: string, fields: Record<string, unknown> = {}): void {
  const payload = { agent: "m", owner: "o", instance_id: id, ts: "2026-01-01T00:00:00Z", interval_s: 10, ...fields };
  roster.beat(JSON.stringify(payload), "agents.hb.m.o.helper");
}

function record(instanceId: string): AgentRecord {
  return {
    instanceId,
    agent: "m",
    owner: "o",
    name: "helper",
    version: "1.0.0",
    description: "",
    protocolVersion: "0.3",
    compatibility: "same",
    promptSubject: "agents.prompt.m.o.helper",
    acceptsAttachments: true,
    minSenderTrust: "any",
    metadata: {},
  };
}

function states(): string[] {
  return roster.entries().map(({ instanceId, state }) => `${instanceId} ${state}`);
}

test("§8.5 an instance is offline after three intervals without a beat, each by its own interval", () => {
  beat("slow", { interval_s: 60 });
  beat("quick", { interval_s: 1 });
  nowMs += 3_000;
  expect(states()).toEqual(["quick online", "slow online"]);
  nowMs += 1;
  expect(states()).toEqual(["quick offline", "slow online"]);
  beat("quick");
  expect(states()).toEqual(["quick online", "slow online"]);
});

test("our own fields tell the state; another implementation's beat says online", () => {
  beat("a", { state: "degraded", reason: "model gone", in_flight: 1, queued: 2, model: "x", version: "2.0.0" });
  beat("b", { state: "excellent" });
  expect(roster.entries()[0]).toMatchObject({
    state: "degraded",
    reason: "model gone",
    inFlight: 1,
    queued: 2,
    version: "2.0.0",
  });
  expect(states()).toEqual(["a degraded", "b online"]);
});

test("a registered instance is silent until it was heard, by a beat or a status answer", () => {
  roster.discovered([record("a")], []);
  expect(states()).toEqual(["a silent"]);
  expect(roster.silent().map(({ instanceId }) => instanceId)).toEqual(["a"]);
  roster.answered(JSON.stringify({ agent: "m", owner: "o", instance_id: "a", ts: "t", interval_s: 5, state: "ready" }));
  expect(states()).toEqual(["a ready"]);
  expect(roster.silent()).toEqual([]);
});

test("an instance that leaves a discovery unanswered is silent until it is heard again", () => {
  beat("a", { state: "ready" });
  roster.discovered([record("a"), record("b")], []);
  beat("b", { state: "ready" });
  nowMs += 1_000;
  roster.missed([record("b")], nowMs);
  expect(states()).toEqual(["a silent", "b ready"]);
  expect(roster.silent().map(({ instanceId }) => instanceId)).toEqual(["a"]);
  beat("a", { state: "ready" });
  expect(states()).toEqual(["a ready", "b ready"]);
  roster.missed([], nowMs);
  expect(states()).toEqual(["a ready", "b silent"]);
});

test("an instance that beats without a record is a stranger until a discovery brings it", () => {
  beat("a");
  expect(roster.hasStrangers()).toBe(true);
  roster.discovered([record("a")], []);
  expect(roster.hasStrangers()).toBe(false);
});

test("a status answer of an instance that nobody registered is not taken in", () => {
  roster.answered(JSON.stringify({ agent: "m", owner: "o", instance_id: "x", ts: "t", interval_s: 5 }));
  expect(states()).toEqual([]);
});

test("what is no heartbeat changes nothing", () => {
  roster.beat("not json", "agents.hb.m.o.helper");
  roster.beat('{"agent":"m"}', "agents.hb.m.o.helper");
  beat("a", { interval_s: -1 });
  roster.beat(
    JSON.stringify({ agent: "m", owner: "o", instance_id: "a", ts: "t", interval_s: 5 }),
    "agents.hb.too.short",
  );
  expect(states()).toEqual([]);
});

test("no more instances than the limit are kept, and who is long gone makes room", () => {
  for (const id of ["a", "b", "c", "d"]) beat(id);
  expect(states()).toEqual(["a online", "b online", "c online"]);
  nowMs += 60_001;
  expect(states()).toEqual([]);
  beat("d");
  expect(states()).toEqual(["d online"]);
});

test("an interval of years does not make an instance immortal", () => {
  beat("a", { interval_s: 1e12 });
  nowMs += 3 * 86_400_000 + 1;
  expect(roster.entries()).toEqual([]);
});
