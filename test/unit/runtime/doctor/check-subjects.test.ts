import { expect, test } from "bun:test";
import type { UserPermissions } from "../../../../src/bus/connection/user-permissions.ts";
import type { BusView } from "../../../../src/runtime/doctor/bus-view.ts";
import { type SubjectNeed, subjectFindings } from "../../../../src/runtime/doctor/check-subjects.ts";
import { targetFinding } from "../../../../src/runtime/doctor/check-target.ts";
import type { RemoteAgent } from "../../../../src/tool/agents/port.ts";

const open: UserPermissions = { publish: { deny: [] }, subscribe: { deny: [] } };

function view(given: Partial<Extract<BusView, { type: "seen" }>> = {}): BusView {
  return { type: "seen", permissions: open, services: new Set(), agents: [], hasJetStream: true, ...given };
}

const lines = (need: SubjectNeed, seen: BusView) =>
  subjectFindings(need, seen).map(({ result, text }) => `${result}: ${text}`);

test("what NATS permits is well", () => {
  expect(lines({ verb: "publish", subjects: ["plant.*"] }, view())).toEqual(['ok: NATS permits "plant.*"']);
});

test("what it forbids is a problem, what it permits in part a warning", () => {
  const permissions = { publish: { deny: [] }, subscribe: { allow: ["plant.line3.>"], deny: [] } };
  expect(lines({ verb: "subscribe", subjects: ["plant.>", "office.x"] }, view({ permissions }))).toEqual([
    'warning: NATS permits a part of "plant.>" only',
    'problem: NATS does not permit this runtime to subscribe "office.x"',
  ]);
  expect(lines({ verb: "publish", subjects: ["office.x"] }, view({ permissions }))[0]).toStartWith("ok: ");
});

test("who answers is known of NATS services alone", () => {
  const services = new Set(["plc.*.read"]);
  expect(lines({ verb: "request", subjects: ["plc.7.read"] }, view({ services }))).toEqual([
    'ok: NATS permits "plc.7.read"; a NATS service answers',
  ]);
  expect(lines({ verb: "request", subjects: ["plc.7.write"] }, view({ services }))[0]).toContain(
    'no NATS service says that it answers on "plc.7.write"',
  );
});

test("without a view of the bus nothing is said", () => {
  const unseen: BusView = { type: "unseen", reason: "Not now" };
  expect(lines({ verb: "publish", subjects: ["a"] }, unseen)).toEqual(["skipped: Not now"]);
  expect(targetFinding({ name: "helper" }, unseen)).toEqual({ result: "skipped", text: "Not now" });
  expect(lines({ verb: "publish", subjects: ["a"] }, view({ permissions: undefined }))[0]).toStartWith("skipped: ");
});

function agent(name: string, fitness: RemoteAgent["fitness"] = 0): RemoteAgent {
  const address = `agents.prompt.muster.plant.${name}`;
  const rest = { agent: "muster", owner: "plant", description: "", instances: 1, load: 0 };
  const flags = { isIdentityVerified: false, requiresSignedPrompts: false, acceptsAttachments: true };
  return { address, name, fitness, ...rest, ...flags };
}

test("an agent that is there is told, one that is not or that stopped is a warning", () => {
  const seen = view({ agents: [agent("press"), agent("oven", "gone")] });
  expect(targetFinding({ name: "pr*" }, seen)).toEqual({
    result: "ok",
    text: "agents.prompt.muster.plant.press is on the bus",
    facts: { agents: 1 },
  });
  expect(targetFinding({ name: "oven", owner: "plant" }, seen)).toMatchObject({
    result: "warning",
    text: "No agent of name oven, owner plant is on the bus now",
  });
  expect(targetFinding({ address: "agents.prompt.muster.plant.saw" }, seen).result).toBe("warning");
});
