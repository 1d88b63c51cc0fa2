// Jobs left at a hub for the agents of a machine: two real servers, one the leaf of the other, and a link that can be cut.

import { afterAll, beforeAll, expect, test } from "bun:test";
import type { BusConnection } from "../../../../src/bus/connection/connection.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import { awaitResult, replayJob } from "../../../../src/bus/jobs/change-job.ts";
import { ensureJobStreams } from "../../../../src/bus/jobs/job-streams.ts";
import { type JobEntry, listJobs } from "../../../../src/bus/jobs/list-jobs.ts";
import { submitJob, type SubmittedJob } from "../../../../src/bus/jobs/submit-job.ts";
import type { RequestSender } from "../../../../src/bus/identity/request-sender.ts";
import type { ReplyEvent } from "../../../../src/bus/serving/service-port.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import { type BusHost, startBusHost } from "../../../support/bus-host.ts";
import { freePort } from "../../../support/free-port.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { silentLog } from "../../../support/silent-log.ts";
import { startTcpProxy, type TcpProxy } from "../../../support/tcp-proxy.ts";
import { testUser } from "../../../support/test-user.ts";
import { until } from "../../../support/until.ts";

const address = { agent: "muster", owner: "edge1", name: "inspector" };

let hub: RunningNatsServer;
let edge: RunningNatsServer;
let leafPort: number;
let linkPort: number;
let link: TcpProxy;
let atHub: BusConnection;
let machine: BusHost;
const asked: string[] = [];
/** Who asked: the user that was proven. */
const provenBy: (string | undefined)[] = [];
let isBroken = false;

beforeAll(async () => {
  leafPort = await freePort();
  linkPort = await freePort();
  hub = await startNatsServer({
    jetstream: true,
    domain: "hub",
    config: `leafnodes { host: 127.0.0.1, port: ${leafPort} }`,
  });
  link = startTcpProxy(leafPort, linkPort);
  edge = await startNatsServer({ jetstream: true, domain: "edge1", config: leafConfig() });
  atHub = openBus({ settings: { servers: [hub.url] }, clientName: "operator", log: silentLog() });
  await atHub.connected();
  await ensureJobStreams(atHub, address, "outbox"); // As an operator may, before the machine is ever seen.
});

afterAll(async () => {
  await machine.stop();
  await atHub.close();
  link.stop();
  await edge.stop();
  await hub.stop();
});

test("a job that was left at the hub before its machine ran is fetched, run, and answered there once", async () => {
  const early = await submit("early");
  expect(early).toEqual({ id: "early", isKnown: false, place: "outbox" });
  expect(await jobs()).toMatchObject([{ id: "early", state: "queued", place: "outbox" }]);
  machine = await startBusHost(edge.url, { takesJobs: true, hubDomain: "hub" });
  await machine.serve({ address }, async function* (prompt): AsyncGenerator<ReplyEvent> {
    asked.push(prompt.text);
    provenBy.push(prompt.sender.trust === "verified" ? prompt.sender.sender.user : undefined);
    if (!isBroken) yield { type: "text", text: `Answer to ${prompt.text}` };
    yield { type: "end", ...(isBroken ? { error: new ServiceError(400, "prompt_too_long", "Too long") } : {}) };
    await Promise.resolve();
  });
  expect(await result(early)).toMatchObject({ id: "early", state: "done", text: "Answer to early", attempts: 1 });
  await until("an empty outbox", async () => (await jobs()).every(({ state }) => state === "done"));
  expect(asked).toEqual(["early"]);
}, 60_000);

test("the same job again at the hub is the same job", async () => {
  expect(await submit("early")).toMatchObject({ isKnown: true });
  expect(asked).toEqual(["early"]);
});

test("jobs that are left while the link is cut are run when it is back, each once", async () => {
  link.stop();
  await until("a link that is down", () => edge.log().includes("Leafnode connection closed"));
  const left = await Promise.all(["a", "b", "c"].map((id) => submit(id)));
  expect(await jobs()).toMatchObject([
    { state: "queued" },
    { state: "queued" },
    { state: "queued" },
    { state: "done" },
  ]);
  link = startTcpProxy(leafPort, linkPort);
  for (const job of left) expect(await result(job)).toMatchObject({ state: "done", text: `Answer to ${job.id}` });
  await until("an empty outbox", async () => (await jobs()).every(({ state }) => state === "done"));
  expect(asked.sort()).toEqual(["a", "b", "c", "early"]);
}, 90_000);

test("a job that failed at the machine is replayed from the hub", async () => {
  isBroken = true;
  const job = await submit("broken");
  expect(await result(job)).toMatchObject({ state: "failed", error: { error: "prompt_too_long" } });
  isBroken = false;
  await until("an empty outbox", async () => (await jobs()).every(({ state }) => state !== "queued"));
  const failed = (await jobs()).find(({ id }) => id === "broken");
  if (failed === undefined) throw new Error("The failed job is not listed");
  await replayJob(atHub, failed);
  await until("its new result", async () =>
    (await jobs()).some(({ id, state }) => id === "broken" && state === "done"),
  );
  expect(await result(job)).toMatchObject({ state: "done", text: "Answer to broken" });
}, 60_000);

test("§13.8: a job that was signed for the hub's outbox is its sender's at the machine, and stays that when it is replayed", async () => {
  const ann = testUser();
  const sender: RequestSender = {
    headers: ({ subject, payload }) => {
      const text = new TextDecoder().decode(payload);
      return Promise.resolve({ type: "signed", headers: { "Agent-Sender": ann.header({ subject, payload: text }) } });
    },
  };
  isBroken = true;
  provenBy.length = 0;
  const job = await submit("signed", sender);
  expect(await result(job)).toMatchObject({ state: "failed", error: { error: "prompt_too_long" } });
  isBroken = false;
  const failed = await until("its failure at the hub", async () =>
    (await jobs()).find(({ id, state }) => id === "signed" && state === "failed"),
  );
  await replayJob(atHub, failed);
  await until("its new result", async () =>
    (await jobs()).some(({ id, state }) => id === "signed" && state === "done"),
  );
  expect(provenBy).toEqual([ann.nkey, ann.nkey]);
}, 60_000);

function leafConfig(): string {
  return `leafnodes { reconnect: 1s, remotes: [ { url: "nats-leaf://127.0.0.1:${linkPort}", ignore_discovered_servers: true } ] }`;
}

function submit(id: string, sender?: RequestSender): Promise<SubmittedJob> {
  return submitJob(atHub, address, { id, payload: new TextEncoder().encode(id), isNewId: false }, sender);
}

async function result(job: SubmittedJob) {
  const found = await awaitResult(atHub, address, job, AbortSignal.timeout(50_000));
  if (found === undefined) throw new Error(`No result of job "${job.id}" at the hub`);
  return found;
}

async function jobs(): Promise<readonly JobEntry[]> {
  const found: JobEntry[] = [];
  for await (const job of listJobs(atHub)) found.push(job);
  return found;
}
