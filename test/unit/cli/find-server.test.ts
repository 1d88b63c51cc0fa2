import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBusFile } from "../../../src/bus/bundled/bus-file.ts";
import { findServer } from "../../../src/cli/find-server.ts";
import { silentLog } from "../../../src/cli/silent-log.ts";
import { processIdentity } from "../../../src/host/process-identity.ts";
import { loadDesiredState } from "../../../src/runtime/desired-state.ts";
import { rejection, rejectionError } from "../../support/rejection.ts";

let folder: string;

/** Of this process, which runs. */
const running = processIdentity(process.pid) ?? { pid: 0, startedAt: "" };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-find-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function find(choice: Partial<Parameters<typeof findServer>[0]> = {}) {
  const { settings, said } = await findServer({ environment: { HOME: folder }, folder, ...choice });
  return { servers: settings.servers, context: settings.context, said };
}

function manifest(nats: string): Promise<void> {
  return writeFile(join(folder, "agents.yaml"), `nats: ${nats}\nagents: { a: { model: ollama/x } }\n`);
}

test("--server wins, then --context, then NATS_URL; passwords are not shown", async () => {
  await manifest("{ mode: external, servers: [nats://manifest:4222] }");
  const environment = { HOME: folder, NATS_URL: "nats://me:secret@env:4222, nats://env2:4222" };
  expect(await find({ server: "nats://flag:4222", environment })).toMatchObject({ servers: ["nats://flag:4222"] });
  expect(await find({ context: "plant", environment })).toMatchObject({ servers: [], context: "plant" });
  expect(await find({ environment })).toMatchObject({
    servers: ["nats://me:secret@env:4222", "nats://env2:4222"],
    said: "nats://env:4222, nats://env2:4222",
  });
  expect(await rejectionError(find({ server: "a", context: "b" }))).toMatchObject({ exitCode: 2 });
});

test("the manifest's server is next", async () => {
  await manifest("{ mode: external, servers: [nats://manifest:4222] }");
  expect(await find()).toMatchObject({ servers: ["nats://manifest:4222"] });
  await manifest("{ mode: embedded, embedded: { port: 5222 } }");
  expect(await find()).toMatchObject({ servers: ["nats://127.0.0.1:5222"] });
});

test("a bundled server that runs for the state directory is found there, and none is an error where its port is free", async () => {
  await manifest("{ mode: embedded, embedded: { port: 0 } }");
  expect(await rejection(find({ state: folder }))).toContain("no runtime is found in the state directory");
  writeBusFile(folder, { url: "nats://127.0.0.1:33333", server: running });
  expect(await find({ state: folder })).toMatchObject({ servers: ["nats://127.0.0.1:33333"] });
});

test("without a manifest the state directory says, else the usual address", async () => {
  expect(await find()).toMatchObject({ servers: ["nats://127.0.0.1:4222"] });
  writeBusFile(folder, { url: "nats://127.0.0.1:33333", server: running });
  expect(await find({ state: folder })).toMatchObject({ servers: ["nats://127.0.0.1:33333"] });
});

test("a manifest that cannot be read for its server is an error that says what else to do", async () => {
  await writeFile(join(folder, "agents.yaml"), "agents: [");
  expect(await rejection(find())).toContain("or name the server with --server URL");
  expect(await rejection(find({ file: "missing.yaml" }))).toContain("no such file");
});

test("a manifest with problems stands in no command's way while its runtime runs", async () => {
  await writeFile(join(folder, "agents.yaml"), "agents: { a: { modell: ollama/x } }\n");
  expect(await rejection(find({ state: folder }))).toContain('unknown key "modell"');
  writeBusFile(folder, { url: "nats://127.0.0.1:33333", server: running });
  expect(await find({ state: folder })).toMatchObject({ servers: ["nats://127.0.0.1:33333"] });
});

test("of a manifest with problems the server is that of its last good form", async () => {
  await manifest("{ mode: external, servers: [nats://manifest:4222] }");
  loadDesiredState({ file: join(folder, "agents.yaml"), stateDirectory: folder, environment: {}, log: silentLog });
  await writeFile(join(folder, "agents.yaml"), "agents: { a: { modell: ollama/x } }\n");
  expect(await find({ state: folder })).toMatchObject({ servers: ["nats://manifest:4222"] });
});
