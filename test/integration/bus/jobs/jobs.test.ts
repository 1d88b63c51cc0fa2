import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { headers as makeHeaders } from "@nats-io/transport-node";
import { replayJob, removeJob, awaitResult } from "../../../../src/bus/jobs/change-job.ts";
import { JobError } from "../../../../src/bus/jobs/job-error.ts";
import type { JobResult } from "../../../../src/bus/jobs/job-record.ts";
import { keepResult } from "../../../../src/bus/jobs/job-records.ts";
import { type JobEntry, listJobs } from "../../../../src/bus/jobs/list-jobs.ts";
import { type JobRequest, submitJob } from "../../../../src/bus/jobs/submit-job.ts";
import type { PromptHandler, ReplyEvent } from "../../../../src/bus/serving/service-port.ts";
import { ServiceError } from "../../../../src/protocol/service-error.ts";
import type { AgentAddress } from "../../../../src/protocol/subjects.ts";
import { answers, type BusHost, startBusHost } from "../../../support/bus-host.ts";
import { type RunningNatsServer, startNatsServer } from "../../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../../support/raw-caller.ts";
import { until } from "../../../support/until.ts";

let nats: RunningNatsServer;
let caller: RawCaller;
let host: BusHost;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  caller = await rawCaller(nats.url);
});

afterAll(async () => {
  await caller.close();
  await nats.stop();
});

afterEach(async () => {
  await host.stop();
});

test("a job that a bare client publishes is answered once, and its result is kept under its id", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address }, echo);
  const ack = await publishJob(address, "Do it", { "Nats-Msg-Id": "a-1" });
  expect(typeof ack["seq"]).toBe("number");
  expect(await result(address, "a-1")).toMatchObject({ id: "a-1", state: "done", text: "Do it", attempts: 1 });
  await until("an empty queue", async () => (await jobsOf(address)).length === 1);
});

test("a job is kept while its agent is away, and done when it comes", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address: { ...address, name: "other" } }, echo);
  await until("the store", () => canSubmit(address, "early"));
  expect(await jobsOf(address)).toMatchObject([{ id: "early", state: "queued", attempts: 0 }]);
  await host.serve({ address }, echo);
  expect(await result(address, "early")).toMatchObject({ state: "done", text: "early" });
});

test("an agent that is degraded takes no job until it is ready again", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  let calls = 0;
  const agent = await host.serve({ address }, async function* () {
    calls += 1;
    yield* said("Now");
    await Promise.resolve();
  });
  const error = new ServiceError(500, "model_unreachable", "Away");
  agent.setHealth({ state: "degraded", reason: "model away", error });
  await until("the store", () => canSubmit(address, "patient"));
  // One that takes jobs has done two meanwhile, so that this one would have begun its own.
  const other = { ...address, name: "other" };
  await host.serve({ address: other }, echo);
  for (const id of ["first", "second"]) {
    await until("its store", () => canSubmit(other, id));
    expect(await result(other, id)).toMatchObject({ state: "done" });
  }
  expect(calls).toBe(0);
  agent.setHealth({ state: "ready" });
  expect(await result(address, "patient")).toMatchObject({ state: "done", text: "Now", attempts: 1 });
});

test("the same job twice is one job, and another job under its id is a conflict", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  let calls = 0;
  await host.serve({ address }, async function* (prompt) {
    calls += 1;
    yield* said(prompt.text);
    await Promise.resolve();
  });
  await until("the store", () => canSubmit(address, "same"));
  await result(address, "same");
  expect(await submit(address, "same", "same")).toMatchObject({ id: "same", isKnown: true });
  expect(await failure(submit(address, "same", "different"))).toMatchObject({ kind: "conflict" });
  expect(calls).toBe(1);
});

test("one id is a job of each agent that it is given to", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const [one, other] = [newAddress(), newAddress()];
  await host.serve({ address: one }, echo);
  await host.serve({ address: other }, echo);
  await until("the store", () => canSubmit(one, "shared"));
  expect(await submit(other, "shared", "shared")).toMatchObject({ isKnown: false });
  expect(await result(one, "shared")).toMatchObject({ state: "done", text: "shared" });
  expect(await result(other, "shared")).toMatchObject({ state: "done", text: "shared" });
});

test("the same job twice is one job also while it waits, long after the server forgot the id", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address: { ...address, name: "other" } }, echo);
  await until("the store", () => canSubmit(address, "first"));
  await publishJob(address, "waits", { "Muster-Job-Id": "by-own-header" });
  expect(await submit(address, "by-own-header", "waits")).toMatchObject({ id: "by-own-header", isKnown: true });
  expect(await failure(submit(address, "by-own-header", "other"))).toMatchObject({ kind: "conflict" });
  await publishJob(address, "waits again", { "Muster-Job-Id": "by-own-header" });
  const seen: string[] = [];
  await host.serve({ address, concurrency: 4 }, async function* (prompt) {
    seen.push(prompt.text);
    await Bun.sleep(50);
    yield* said(prompt.text);
  });
  expect(await result(address, "by-own-header")).toMatchObject({ text: "waits" });
  await until("an empty queue", async () => (await jobsOf(address)).every(({ state }) => state === "done"));
  expect(seen.sort()).toEqual(["first", "waits"]);
});

test("a model that fails is tried again, and the job has one result", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  let calls = 0;
  await host.serve({ address }, async function* () {
    calls += 1;
    if (calls === 1) yield { type: "end", error: new ServiceError(500, "model_timeout", "Too slow") };
    else yield* said("At last");
    await Promise.resolve();
  });
  await until("the store", () => canSubmit(address, "retried"));
  await until("a failed try", async () => (await jobsOf(address))[0]?.state === "retrying");
  expect(await jobsOf(address)).toMatchObject([{ attempts: 1, error: { error: "model_timeout" } }]);
  expect(await result(address, "retried")).toMatchObject({ state: "done", text: "At last", attempts: 2 });
});

test("a job that fails each time is set aside with its reason, and runs again when it is replayed", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  let isBroken = true;
  await host.serve({ address }, async function* (prompt) {
    if (isBroken) yield { type: "end", error: new ServiceError(500, "model_invalid", "No answer") };
    else yield* said(prompt.text);
    await Promise.resolve();
  });
  await until("the store", () => canSubmit(address, "poison", { attempts: 1 }));
  expect(await result(address, "poison")).toMatchObject({
    state: "failed",
    attempts: 1,
    error: { error: "model_invalid" },
  });
  isBroken = false;
  await replayJob(host.connection, await only(address));
  await until("its new result", async () => (await only(address)).state === "done");
  expect(await only(address)).toMatchObject({ id: "poison", attempts: 1, result: { text: "poison" } });
  expect(await failure(replayJob(host.connection, await only(address)))).toMatchObject({ kind: "wrong-state" });
});

test("a job that is replayed is a part of the trace that it was submitted in", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  const traces: (string | undefined)[] = [];
  await host.serve({ address }, async function* (prompt) {
    traces.push(prompt.trace?.traceId);
    if (traces.length === 1) yield { type: "end", error: new ServiceError(500, "model_invalid", "No answer") };
    else yield* said(prompt.text);
    await Promise.resolve();
  });
  const trace = {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    isSampled: true,
    state: "a=1",
  };
  await until("the store", () => canSubmit(address, "traced", { attempts: 1, trace }));
  expect(await result(address, "traced")).toMatchObject({ state: "failed" });
  await replayJob(host.connection, await only(address));
  await until("its new result", async () => (await only(address)).state === "done");
  expect(traces).toEqual([trace.traceId, trace.traceId]);
});

test("a prompt that could never work fails at once", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address }, echo);
  await until("the store", () => canSubmit(address, "fine"));
  await publishJob(address, '{"prompt": 3}', { "Nats-Msg-Id": "malformed" });
  expect(await result(address, "malformed")).toMatchObject({
    state: "failed",
    error: { code: 400, error: "invalid_envelope" },
  });
});

test("a job that was not run within its time expires, and can be replayed", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address: { ...address, name: "other" } }, echo);
  await until("the store", () => canSubmit(address, "late", { ttlMs: 1 }));
  await host.serve({ address }, echo);
  expect(await result(address, "late")).toMatchObject({ state: "expired", attempts: 0, error: { error: "expired" } });
  await replayJob(host.connection, await only(address));
  await until("its new result", async () => (await only(address)).state === "done");
});

test("callers come before jobs, and a job that runs says so to the queue until it is done", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  const order: string[] = [];
  const release = Promise.withResolvers<undefined>();
  await host.serve({ address, concurrency: 1, deadlineMs: 60_000 }, async function* (prompt) {
    order.push(prompt.text);
    if (prompt.text === "held") await release.promise;
    yield* said(prompt.text);
  });
  const acks: string[] = [];
  caller.nats.subscribe("$JS.ACK.>", { callback: (_error, message) => void acks.push(message.string()) });
  const subject = `agents.prompt.muster.jobs.${address.name}`;
  const held = caller.prompt(subject, "held");
  await held.until((answer) => answer.statuses().includes("ack"));
  await until("the store", () => canSubmit(address, "job"));
  await until("the job to be in hand", async () => (await jobsOf(address))[0]?.state === "running");
  const second = caller.prompt(subject, "caller");
  await second.until((answer) => answer.statuses().includes("queued"));
  await until("a word to the queue", () => acks.includes("+WPI"), 15_000);
  release.resolve(undefined);
  expect(await result(address, "job")).toMatchObject({ state: "done", attempts: 1 });
  expect(order).toEqual(["held", "caller", "job"]);
}, 30_000);

test("of two that finish one job, one result is kept", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address }, echo);
  await until("the store", () => canSubmit(address, "raced"));
  const first = await result(address, "raced");
  const late = { id: "raced", payload: new TextEncoder().encode("{}"), replaces: undefined };
  expect(await keepResult(host.connection, address, late)).toBe(false);
  expect(await result(address, "raced")).toEqual(first);
});

test("a full queue refuses a job and keeps what it has", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address: { ...address, name: "other" } }, echo);
  await until("the store", () => canSubmit(address, "kept"));
  const stream = await jetStream(`STREAM.INFO.${streamName}`);
  await jetStream(`STREAM.UPDATE.${streamName}`, { ...objectOf(stream["config"]), max_msgs_per_subject: 2 });
  await submit(address, "second", "x");
  const refused = await failure(submit(address, "third", "x"));
  expect(refused).toMatchObject({ kind: "full" });
  expect(refused.message).toContain("The job was not kept");
  expect((await jobsOf(address)).map(({ id }) => id)).toEqual(["kept", "second"]);
  await jetStream(`STREAM.UPDATE.${streamName}`, objectOf(stream["config"]));
});

test("a job that waits can be removed, its agent gone or not", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address: { ...address, name: "other" } }, echo);
  await until("the store", () => canSubmit(address, "unwanted"));
  await removeJob(host.connection, await only(address));
  expect(await jobsOf(address)).toEqual([]);
});

test("an agent that is drained leaves its jobs in the queue", async () => {
  host = await startBusHost(nats.url, { takesJobs: true });
  const address = newAddress();
  const agent = await host.serve({ address, concurrency: 1 }, async function* (_prompt, signal) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    yield { type: "end", error: new ServiceError(500, "shutting_down", "Stopped") };
  });
  await until("the store", () => canSubmit(address, "interrupted"));
  await until("the job to run", async () => (await jobsOf(address))[0]?.state === "running");
  await agent.drain(0);
  await until("the job to wait", async () => (await jobsOf(address))[0]?.state === "retrying");
  expect(await only(address)).toMatchObject({ attempts: 0, error: { error: "shutting_down" } });
  await host.serve({ address }, answers("After all"));
  expect(await result(address, "interrupted")).toMatchObject({ state: "done", text: "After all" });
});

test("a server without JetStream is told of once, and agents serve as ever", async () => {
  const plain = await startNatsServer();
  host = await startBusHost(plain.url, { takesJobs: true });
  const address = newAddress();
  await host.serve({ address }, echo);
  await until("the word", () => host.log.lines.some(({ message }) => message.includes("no JetStream")));
  expect(await failure(submit(address, "nowhere", "x"))).toMatchObject({ kind: "no-jetstream" });
  const other = await rawCaller(plain.url);
  const answer = await other.prompt(`agents.prompt.muster.jobs.${address.name}`, "hello").done;
  expect(answer.text()).toBe("hello");
  await other.close();
  await host.stop();
  await plain.stop();
});

const owner = { agent: "muster", owner: "jobs" };
const streamName = "MUSTER_JOBS=muster=jobs";
let count = 0;

function newAddress(): AgentAddress {
  count += 1;
  return { ...owner, name: `agent-${count}` };
}

const echo: PromptHandler = async function* (prompt) {
  yield* said(prompt.text);
  await Promise.resolve();
};

function* said(text: string): Generator<ReplyEvent> {
  yield { type: "text", text };
  yield { type: "end" };
}

function submit(address: AgentAddress, id: string, prompt: string, terms: Partial<JobRequest> = {}) {
  const payload = new TextEncoder().encode(prompt);
  return submitJob(host.connection, address, { id, payload, isNewId: false, ...terms });
}

/** The host makes the store in the background. */
async function canSubmit(address: AgentAddress, id: string, terms: Partial<JobRequest> = {}): Promise<boolean> {
  return submit(address, id, id, terms).then(
    () => true,
    () => false,
  );
}

async function publishJob(address: AgentAddress, payload: string, headers: Record<string, string>) {
  const subject = `muster.jobs.muster.jobs.${address.name}`;
  return until("the store", async () => {
    const sent = makeHeaders();
    for (const [key, value] of Object.entries(headers)) sent.set(key, value);
    const answer = await caller.nats
      .request(subject, payload, { headers: sent, timeout: 2_000 })
      .catch(() => undefined);
    return answer === undefined ? undefined : objectOf(answer.json());
  });
}

async function result(address: AgentAddress, id: string): Promise<JobResult> {
  const found = await awaitResult(host.connection, address, { id, place: "here" }, AbortSignal.timeout(20_000));
  if (found === undefined) throw new Error(`No result of job "${id}"`);
  return found;
}

async function jobsOf(address: AgentAddress): Promise<readonly JobEntry[]> {
  const found: JobEntry[] = [];
  for await (const job of listJobs(host.connection)) if (job.address.name === address.name) found.push(job);
  return found;
}

async function only(address: AgentAddress): Promise<JobEntry> {
  const [job] = await jobsOf(address);
  if (job === undefined) throw new Error("No job");
  return job;
}

async function failure(promise: Promise<unknown>): Promise<JobError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof JobError)) throw new Error(`Expected a JobError, got ${String(error)}`);
  return error;
}

async function jetStream(route: string, body: object = {}): Promise<Record<string, unknown>> {
  return objectOf((await caller.nats.request(`$JS.API.${route}`, JSON.stringify(body))).json());
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
