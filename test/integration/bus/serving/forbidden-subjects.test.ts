// An agent that the server's permissions keep from serving says so, with the subject, and is well again when they are.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import { answers, type BusHost, eventually, startBusHost } from "../../../support/bus-host.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../../support/raw-caller.ts";

const address = { agent: "muster", owner: "tests", name: "one" };
const other = { agent: "muster", owner: "tests", name: "two" };

let server: RunningNatsServer;
let bus: BusHost;
let caller: RawCaller;

function permissions(deny: { readonly subscribe?: string; readonly publish?: string }): string {
  const list = (subject: string | undefined): string =>
    subject === undefined ? "" : `, deny: [${JSON.stringify(subject)}]`;
  return `authorization { users: [
    { user: host, password: h, permissions: { subscribe: { allow: ">" ${list(deny.subscribe)} }, publish: { allow: ">" ${list(deny.publish)} } } }
    { user: caller, password: c }
  ] }`;
}

beforeEach(async () => {
  server = await startNatsServer({ config: permissions({}) });
  bus = await startBusHost(server.url.replace("//", "//host:h@"));
  caller = await rawCaller(server.url, { user: "caller", pass: "c" });
});

afterEach(async () => {
  await caller.close();
  await bus.stop();
  await server.stop();
});

/** States and reasons in the beats of the named agent, as they come. */
function hearBeats(name: string): string[] {
  const heard: string[] = [];
  caller.nats.subscribe(`agents.hb.muster.tests.${name}`, {
    callback: (_, message) => {
      const beat = message.json<{ state: string; reason?: string }>();
      heard.push(`${beat.state} ${beat.reason ?? ""}`.trim());
    },
  });
  return heard;
}

function timesLogged(subject: string): number {
  return bus.log.lines.filter(({ message, fields }) => message.includes("forbid") && fields["subject"] === subject)
    .length;
}

function reasonOf(agent: ServedAgent): string {
  const { state, reason = "" } = agent.state();
  return `${state} ${reason}`.trim();
}

describe("a subscription that is forbidden while it is used", () => {
  test.each([
    ["its prompt subject", "agents.prompt.muster.tests.one"],
    ["its status subject", "agents.status.muster.tests.one"],
  ])("degrades its own agent alone: %s", async (_, subject) => {
    const one = await bus.serve({ address }, answers("1"));
    const two = await bus.serve({ address: other }, answers("2"));
    const beats = hearBeats("one");
    await server.reload(permissions({ subscribe: subject }));
    const degraded = `degraded NATS permissions forbid to subscribe to "${subject}"`;
    await eventually(() => beats.includes(degraded));
    expect(reasonOf(one)).toBe(degraded);
    expect(two.state()).toEqual({ state: "ready" });
    await eventually(() => server.log().split("Subscription Violation").length > 1); // It was tried again.
    expect(timesLogged(subject)).toBe(1);
    await server.reload(permissions({}));
    await eventually(() => beats.at(-1) === "ready", 20_000);
    expect((await caller.prompt(one.promptSubject, "x").done).text()).toBe("1");
    expect(await caller.ask("agents.status.muster.tests.one")).toMatchObject({ state: "ready" });
  });

  test.each([
    ["what discovery asks for", "$SRV.INFO.agents", "$SRV.INFO.agents"],
    ["the inbox of its own questions", "_INBOX.*.*", ""],
    ["the heartbeats of its neighbours", "agents.hb.muster.tests.*", "agents.hb.muster.tests.*"],
  ])("degrades every agent that needs it: %s", async (_, denied, named) => {
    const one = await bus.serve({ address }, answers("1"));
    const two = await bus.serve({ address: other, replicas: denied.startsWith("agents.hb") }, answers("2"));
    await server.reload(permissions({ subscribe: denied }));
    await eventually(() => one.state().state === "degraded");
    expect(reasonOf(one)).toContain(`NATS permissions forbid to subscribe to "${named === "" ? "_INBOX." : named}`);
    expect(two.state().state).toBe(denied.startsWith("agents.hb") ? "ready" : "degraded");
    await server.reload(permissions({}));
    await eventually(() => one.state().state === "ready" && two.state().state === "ready", 20_000);
  });
});

test("a subject that was forbidden from the start is named, and allowed after a reconnect it is used", async () => {
  await server.reload(permissions({ subscribe: "$SRV.>" }));
  const one = await bus.serve({ address }, answers("1"));
  await eventually(() => reasonOf(one) === 'degraded NATS permissions forbid to subscribe to "$SRV.PING"');
  await server.reload(permissions({}));
  await server.restart();
  await eventually(() => one.state().state === "ready", 20_000);
  await eventually(() => !caller.nats.isClosed());
  expect(await caller.ask(`$SRV.PING.agents.${one.instanceId}`)).toMatchObject({ id: one.instanceId });
});

test("a heartbeat that may not be published is told by whoever is asked, and said once", async () => {
  const subject = "agents.hb.muster.tests.one";
  const one = await bus.serve({ address, heartbeatMs: 200 }, answers("1"));
  await server.reload(permissions({ publish: subject }));
  const degraded = { state: "degraded", reason: `NATS permissions forbid to publish to "${subject}"` };
  await eventually(() => one.state().state === "degraded");
  expect(one.state()).toMatchObject(degraded);
  expect(await caller.ask("agents.status.muster.tests.one")).toMatchObject(degraded);
  await eventually(() => server.log().split("Publish Violation").length > 4);
  expect(timesLogged(subject)).toBe(1);
  await server.reload(permissions({}));
  await eventually(() => one.state().state === "ready", 20_000);
});

test("answers that may not be published stop the turn and degrade the agent, until they may", async () => {
  let wasStopped = false;
  const one = await bus.serve({ address }, async function* (_, signal) {
    yield { type: "text", text: "a" };
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve, { once: true });
    });
    wasStopped = true;
    yield { type: "end" };
  });
  await server.reload(permissions({ publish: "_INBOX.>" }));
  caller.prompt(one.promptSubject, "x").stop();
  await eventually(() => wasStopped);
  expect(reasonOf(one)).toBe('degraded NATS permissions forbid to publish to "_INBOX.>"');
  await server.reload(permissions({}));
  await eventually(() => one.state().state === "ready", 20_000);
});

test("a reply subject of the caller's own choice that may not be published to costs that prompt alone", async () => {
  const one = await bus.serve({ address, concurrency: 300 }, answers("1"));
  await server.reload(permissions({ publish: "elsewhere.>" }));
  for (let count = 0; count < 200; count++)
    caller.nats.publish(one.promptSubject, "x", { reply: `elsewhere.${count}` });
  await caller.nats.flush();
  expect((await caller.prompt(one.promptSubject, "x").done).text()).toBe("1");
  expect(one.state()).toEqual({ state: "ready" });
  expect(bus.log.lines.filter(({ message }) => message.includes("forbid to publish")).length).toBeLessThanOrEqual(100);
});
