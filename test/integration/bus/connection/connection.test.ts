import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import type { BusSettings } from "../../../../src/bus/connection/bus-settings.ts";
import { openBus } from "../../../../src/bus/connection/open-bus.ts";
import type { BusConnection, ConfiguredBus } from "../../../../src/bus/connection/connection.ts";
import { readNatsContext } from "../../../../src/bus/connection/nats-context.ts";
import { Secret } from "../../../../src/manifest/secret.ts";
import { answers, eventually, startBusHost } from "../../../support/bus-host.ts";
import { freeze } from "../../../support/child-processes.ts";
import { createTestOperator } from "../../../support/nats-jwt.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { silentLog } from "../../../support/silent-log.ts";

const tlsFolder = join(import.meta.dirname, "../../../fixtures/tls");
let folder: string;
const ends: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-connection-"));
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

async function serverWith(config: string): Promise<RunningNatsServer> {
  const server = await startNatsServer({ config });
  ends.push(() => server.stop());
  return server;
}

function open(settings: BusSettings, isPersistent = false): ConfiguredBus {
  const connection = openBus({ settings, clientName: "test", log: silentLog(), isPersistent });
  ends.push(() => connection.close());
  return connection;
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function problemOf(connection: BusConnection): Promise<string> {
  return connection.connected().then(
    () => "connected",
    (error: unknown) => String(error),
  );
}

test("user and password, in the settings or in the URL", async () => {
  const server = await serverWith('authorization { user: "me", password: "s3cret:@" }');
  await open({ servers: [server.url], user: "me", password: new Secret("s3cret:@") }).connected();
  await open({ servers: [`nats://me:s3cret%3A%40@127.0.0.1:${server.port}`] }).connected();
  const wrong = open({ servers: [server.url], user: "me", password: new Secret("guess") });
  const problem = await problemOf(wrong);
  expect(problem).toContain("refused the credentials");
  expect(problem).not.toContain("guess");
});

test("a token", async () => {
  const server = await serverWith('authorization { token: "tok" }');
  await open({ servers: [server.url], token: new Secret("tok") }).connected();
  expect(await problemOf(open({ servers: [server.url] }))).toContain("authorization violation");
});

test("an NKEY file, comments around the seed or not", async () => {
  const user = nkeys.createUser();
  const server = await serverWith(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`);
  const seed = new TextDecoder().decode(user.getSeed());
  await open({ servers: [server.url], nkeyFile: await file("user.nk", `# mine\n${seed}\n`) }).connected();
  const empty = open({ servers: [server.url], nkeyFile: await file("no.nk", "nothing") });
  expect(await problemOf(empty)).toContain("holds no user seed");
});

test("a credentials file, read again for each connection", async () => {
  const operator = createTestOperator();
  const server = await serverWith(operator.config);
  const path = await file("user.creds", operator.credentials(Math.floor(Date.now() / 1_000) - 5));
  const connection = open({ servers: [server.url], credentialsFile: path }, true);
  await eventually(() => connection.status().problem !== undefined);
  expect(connection.status().problem).toContain("refused the credentials");
  await writeFile(path, operator.credentials());
  await connection.connected();
  expect(connection.status()).toMatchObject({ state: "connected", server: `127.0.0.1:${server.port}` });
});

test("a credentials file that is missing is said by its name, and waited for", async () => {
  const operator = createTestOperator();
  const server = await serverWith(operator.config);
  const path = join(folder, "late.creds");
  const connection = open({ servers: [server.url], credentialsFile: path }, true);
  await eventually(() => connection.status().problem !== undefined);
  expect(connection.status().problem).toContain(path);
  await writeFile(path, operator.credentials());
  await connection.connected();
});

test("TLS with a CA of one's own and a client certificate", async () => {
  const config = `tls { cert_file: "${tlsFolder}/server.pem", key_file: "${tlsFolder}/server-key.pem", ca_file: "${tlsFolder}/ca.pem", verify: true }`;
  const server = await serverWith(config);
  const tls = {
    caFile: join(tlsFolder, "ca.pem"),
    certFile: join(tlsFolder, "client.pem"),
    keyFile: join(tlsFolder, "client-key.pem"),
  };
  await open({ servers: [`tls://localhost:${server.port}`], tls }).connected();
  const stranger = open({ servers: [`tls://localhost:${server.port}`] });
  expect(await problemOf(stranger)).toContain("TLS");
});

test("a tls:// server that offers no TLS is refused", async () => {
  const server = await serverWith("");
  expect(await problemOf(open({ servers: [`tls://127.0.0.1:${server.port}`] }))).toContain("TLS");
});

test("a context of the NATS command line", async () => {
  const server = await serverWith('authorization { user: "me", password: "pw" }');
  const context = { description: "x", url: server.url, user: "me", password: "pw", inbox_prefix: "_MINE" };
  const path = await file("nats/context/plant.json", JSON.stringify(context));
  expect(await readNatsContext("plant", folder)).toMatchObject({ servers: [server.url], user: "me" });
  const connection = open({ servers: [], context: path });
  await connection.connected();
  expect(connection.newInbox()).toStartWith("_MINE.");
});

test("nobody there, and a host that is unknown, are told apart", async () => {
  const server = await serverWith("");
  await server.kill();
  expect(await problemOf(open({ servers: [server.url] }))).toContain("connection refused");
  expect(await problemOf(open({ servers: ["nats://no.such.host.invalid:4222"] }))).toContain("host name is not known");
  expect(await problemOf(open({ servers: ["http://x:1"] }))).toContain('Cannot use "http://x:1"');
});

test("while it is disconnected nothing is published, and after close nothing works but nothing throws", async () => {
  const server = await serverWith("");
  const connection = open({ servers: [server.url] }, true);
  expect(connection.publish("a", "x")).toBe(false);
  await connection.connected();
  expect(connection.publish("a", "x")).toBe(true);
  expect(await connection.rttMs()).toBeGreaterThan(0);
  await server.kill();
  await eventually(() => !connection.isConnected());
  expect(connection.publish("a", "x")).toBe(false);
  expect(await connection.flush()).toBe(false);
  await connection.close();
  await connection.close();
  expect(connection.status()).toEqual({ state: "closed" });
  expect(connection.publish("a", "x")).toBe(false);
});

test("a message over the server's limit is a RangeError, not the end of the process", async () => {
  const server = await serverWith("max_payload: 1024");
  const connection = open({ servers: [server.url] });
  await connection.connected();
  expect(connection.maxPayloadBytes()).toBe(1_024);
  expect(() => connection.publish("a", "x".repeat(2_000))).toThrow(RangeError);
  expect(() => connection.publish("a b", "x")).toThrow(RangeError);
});

test("an exception in one subscription stops no other", async () => {
  const server = await serverWith("");
  const connection = open({ servers: [server.url] });
  await connection.connected();
  const seen: string[] = [];
  connection.subscribe("bad", () => {
    throw new Error("oops");
  });
  const good = connection.subscribe("good", (message) => void seen.push(message.string()));
  connection.publish("bad", "");
  connection.publish("good", "1");
  await connection.flush();
  await good.drain();
  connection.publish("good", "2");
  await connection.flush();
  expect(seen).toEqual(["1"]);
});

test("an agent whose subjects the server forbids is degraded, the subject named", async () => {
  const server = await serverWith(
    'authorization { users: [ { user: a, password: a, permissions: { subscribe: { deny: "agents.prompt.>" } } } ] }',
  );
  const bus = await startBusHost(`nats://a:a@127.0.0.1:${server.port}`);
  ends.push(() => bus.stop());
  const agent = await bus.serve({}, answers("x"));
  await eventually(() => agent.state().state === "degraded");
  expect(agent.state().reason).toContain("agents.prompt.muster.tests.one");
});

test("other settings are gone over to with all subscriptions, and what does not connect changes nothing", async () => {
  const server = await serverWith("authorization { users: [ {user: a, password: a}, {user: b, password: b} ] }");
  const settings = (user: string, password = user): BusSettings => ({
    servers: [server.url],
    user,
    password: new Secret(password),
  });
  const connection = open(settings("a"), true);
  await connection.connected();
  const states: string[] = [];
  connection.onStatus(({ state }) => states.push(state));
  const heard: string[] = [];
  connection.subscribe("word", (message) => heard.push(message.string()));
  expect(String(await connection.useSettings(settings("a", "wrong")))).toContain("refused the credentials");
  expect(states).toEqual([]);
  expect(await connection.useSettings(settings("b"))).toBeUndefined();
  await eventually(() => connection.isConnected() && states.includes("connected"));
  expect(states).toEqual(["reconnecting", "connected"]);
  connection.publish("word", "still here");
  await eventually(() => heard.length > 0);
  expect(heard).toEqual(["still here"]);
});

describe("when the connection breaks before the server has answered", () => {
  test("a flush tells that it was not", async () => {
    const server = await serverWith("");
    const connection = open({ servers: [server.url] }, true);
    await connection.connected();
    await freeze(server.pid());
    const flushed = connection.flush();
    await server.kill();
    expect(await flushed).toBe(false);
    expect(await connection.flush()).toBe(false);
  });

  test("a subscription's drain ends with it", async () => {
    const server = await serverWith("");
    const connection = open({ servers: [server.url] }, true);
    await connection.connected();
    const subscription = connection.subscribe("some.subject", () => undefined);
    await freeze(server.pid());
    const drained = subscription.drain();
    await server.kill();
    await drained;
    expect(connection.isConnected()).toBe(false);
  });
});
