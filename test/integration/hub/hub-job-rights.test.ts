// A machine that fetches the jobs of its outbox with the rights that docs/hub.md and docs/jobs.md give it at the hub, and no more.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { freePort } from "../../support/free-port.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import type { ProgramResult } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { documentedHub, edgeKey, hubCaFile } from "./documented-hub.ts";

setDefaultTimeout(60_000);

let folder: string;
let hub: RunningNatsServer;
let model: ScriptedModel;
let edge: RunningMuster;
let operator: NatsConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-hub-rights-"));
  const key = edgeKey();
  const leafPort = await freePort();
  const storeDirectory = join(folder, "hub");
  const config = documentedHub({ publicKey: key.publicKey, leafPort, storeDirectory, hasJobs: true });
  hub = await startNatsServer({ config });
  operator = await connect({ servers: hub.url, user: "operator", pass: "op" });
  model = startScriptedModel();
  model.script("m", { text: "Yes." });
  await writeFile(join(folder, "hub.nk"), key.seed);
  const link = `{ url: "tls://localhost:${leafPort}", nkey_file: "${join(folder, "hub.nk")}", tls: { ca_file: "${hubCaFile}" } }`;
  edge = await startMuster({
    manifest: `
identity: { owner: press-07 }
nats: { embedded: { port: 0, auth: nkey, hub: ${link} } }
models: { local: { provider: ollama, url: "${model.url}", model: m } }
agents: { helper: { model: local, instructions: You answer. } }
`,
  });
});

afterAll(async () => {
  await edge.stop();
  await model.stop();
  await operator.close();
  await hub.stop();
  await rm(folder, { recursive: true });
});

/** A command at the hub, by its operator. */
function atHub(...args: string[]): Promise<ProgramResult> {
  return edge.command([...args, "--server", hub.url.replace("//", "//operator:op@")]);
}

function streamAt(nats: NatsConnection, api: string, stream: string): Promise<string> {
  const request = nats.request(`${api}.STREAM.INFO.${stream}`, "", { timeout: 2_000 });
  return request.then(
    (message) => message.string(),
    (error: unknown) => String(error),
  );
}

test("it makes its outbox, runs what is left there, and takes the result to the hub", async () => {
  await until("the outbox", async () =>
    (await streamAt(operator, "$JS.API", "MUSTER_OUTBOX=muster=press-07")).includes('"config"'),
  );
  const job = await atHub("submit", "muster/press-07/helper", "Well?", "--id", "night", "--wait");
  expect([job.code, job.stdout.includes("Yes.")]).toEqual([0, true]);
  await until("an empty outbox", async () =>
    (await streamAt(operator, "$JS.API", "MUSTER_OUTBOX=muster=press-07")).includes('"messages":0'),
  );
  expect((await atHub("jobs")).stdout).toMatch(/^night +muster\/press-07\/helper +done +1 /m);
});

test("it hears of a job as soon as it is left", async () => {
  const startedMs = performance.now();
  await atHub("submit", "muster/press-07/helper", "Well?", "--id", "soon", "--wait");
  expect(performance.now() - startedMs).toBeLessThan(9_000); // It looks by itself every 10 s.
});

test("a job that is replayed at the hub has another result there", async () => {
  expect(model.received.chats().length).toBeGreaterThan(0);
  const before = model.received.chats().length;
  model.script("m", { status: 400 });
  const failed = await atHub("submit", "muster/press-07/helper", "Why?", "--id", "again", "--tries", "1", "--wait");
  expect(failed.code).toBe(1);
  model.script("m", { text: "Yes." });
  expect((await atHub("jobs", "replay", "again")).code).toBe(0);
  await until("its new result", async () => /^again .* done /m.test((await atHub("jobs")).stdout), 30_000);
  expect(model.received.chats().length).toBeGreaterThan(before + 1);
});

test("another machine's outbox is out of its reach", async () => {
  const name = "MUSTER_OUTBOX=muster=press-08";
  const config = { name, subjects: ["muster.outbox.muster.press-08.*"], storage: "file", retention: "limits" };
  await operator.request(`$JS.API.STREAM.CREATE.${name}`, JSON.stringify(config));
  expect(await streamAt(operator, "$JS.API", name)).toContain('"config"');
  const seed = await Bun.file(join(edge.stateDirectory, "nats", "runtime.nk")).bytes();
  const machine = await connect({
    servers: (await edge.status()).bus.url ?? "",
    authenticator: nkeyAuthenticator(seed.subarray(0, 58)),
    inboxPrefix: "_INBOX.muster.press-07",
  });
  expect(await streamAt(machine, "$JS.hub.API", "MUSTER_OUTBOX=muster=press-07")).toContain('"config"');
  expect(await streamAt(machine, "$JS.hub.API", name)).not.toContain('"config"');
  await machine.close();
});
