import { afterAll, beforeAll, expect, test } from "bun:test";
import { createInbox } from "@nats-io/transport-node";
import type { ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import { answers, eventually, serviceSpec, startBusHost } from "../../../support/bus-host.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { rawCaller } from "../../../support/raw-caller.ts";
import type { RawCaller } from "../../../support/raw-caller.ts";

const count = 1_000;
let server: RunningNatsServer;
let bus: BusHost;
let caller: RawCaller;
let agents: ServedAgent[];
const beaten = new Set<string>();

beforeAll(async () => {
  server = await startNatsServer();
  bus = await startBusHost(server.url);
  caller = await rawCaller(server.url);
  caller.nats.subscribe("agents.hb.*.*.*", { callback: (_, message) => void beaten.add(message.subject) });
  await caller.nats.flush();
  agents = Array.from({ length: count }, (_, index) => {
    const address = { agent: "muster", owner: "tests", name: `a${index}` };
    return bus.host.register(serviceSpec({ address, heartbeatMs: 30_000 }), answers(`from ${index}`));
  });
});

afterAll(async () => {
  await caller.close();
  await bus.stop();
  await server.stop();
});

async function collect(subject: string): Promise<{ type: unknown; id: unknown }[]> {
  const found: { type: unknown; id: unknown }[] = [];
  const inbox = createInbox();
  const subscription = caller.nats.subscribe(inbox, {
    callback: (_, message) => void found.push(message.json<{ type: unknown; id: unknown }>()),
  });
  caller.nats.publish(subject, "", { reply: inbox });
  await eventually(() => found.length >= count);
  await caller.nats.flush();
  subscription.unsubscribe();
  return found;
}

test("§8.1 each of 1,000 agents beats right after it is registered", async () => {
  await eventually(() => beaten.size === count);
  expect(beaten.size).toBe(count);
});

for (const verb of ["PING", "INFO", "STATS"]) {
  for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.agents`]) {
    test(`${subject} is answered once by each of 1,000 agents`, async () => {
      const found = await collect(subject);
      expect(found).toHaveLength(count);
      expect(new Set(found.map(({ id }) => id))).toEqual(new Set(agents.map((agent) => agent.instanceId)));
      expect(new Set(found.map(({ type }) => type))).toEqual(
        new Set([`io.nats.micro.v1.${verb.toLowerCase()}_response`]),
      );
    });
  }
}

test("§3 one agent is asked by its id", async () => {
  const agent = agents[517];
  const info = await caller.ask(`$SRV.INFO.agents.${agent?.instanceId}`);
  expect(info).toMatchObject({
    name: "agents",
    id: agent?.instanceId,
    version: "1.2.3",
    metadata: { agent: "muster", owner: "tests", protocol_version: "0.3" },
    endpoints: [
      {
        name: "prompt",
        subject: "agents.prompt.muster.tests.a517",
        queue_group: "agents",
        metadata: { max_payload: "64KB", attachments_ok: "true" },
      },
      { name: "status", subject: "agents.status.muster.tests.a517", queue_group: "agents" },
    ],
  });
});

test("§8.7 the status endpoint answers with a fresh heartbeat, whatever the body", async () => {
  agents[3]?.setHealth({ state: "ready" });
  const status = await caller.ask("agents.status.muster.tests.a3");
  expect(status).toMatchObject({
    agent: "muster",
    owner: "tests",
    instance_id: agents[3]?.instanceId,
    interval_s: 30,
    state: "ready",
    in_flight: 0,
    queued: 0,
    version: "1.2.3",
  });
  expect(Math.abs(Date.parse(String(status["ts"])) - Date.now())).toBeLessThan(5_000);
});

test("each agent answers for itself", async () => {
  const picked = [0, 1, 500, 999];
  const texts = await Promise.all(
    picked.map(async (index) => (await caller.prompt(agents[index]?.promptSubject ?? "", "x").done).text()),
  );
  expect(texts).toEqual(picked.map((index) => `from ${index}`));
});
