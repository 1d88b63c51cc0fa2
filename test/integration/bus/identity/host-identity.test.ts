// What a runtime with a seed says of itself: signed registrations and heartbeats (§13.10, §13.11), on a server with NKEY users.

import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServedAgent } from "../../../../src/bus/serving/service-port.ts";
import type { BusHost } from "../../../support/bus-host.ts";
import { answers, startBusHost } from "../../../support/bus-host.ts";
import { jsonRecord } from "../../../support/json-record.ts";
import type { RunningNatsServer } from "../../../support/nats-server.ts";
import { startNatsServer } from "../../../support/nats-server.ts";
import { sha256, testUser, verifies } from "../../../support/test-user.ts";
import { until } from "../../../support/until.ts";

const [ann, bob] = [testUser(), testUser()];
const address = { agent: "muster", owner: "tests", name: "signed" };
const prompt = "agents.prompt.muster.tests.signed";
const beats = "agents.hb.muster.tests.signed";

let folder: string;
let keyFile: string;
let server: RunningNatsServer;
let host: BusHost;
let agent: ServedAgent;
let nats: NatsConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-identity-"));
  keyFile = join(folder, "runtime.nk");
  await writeFile(keyFile, ann.seed);
  const users = [ann, bob].map(({ nkey }) => `{ nkey: ${nkey} }`).join(", ");
  server = await startNatsServer({
    config: `accounts { ACME { users: [ ${users}, { user: guest, password: guest } ] } }`,
  });
  host = await startBusHost(server.url, { settings: { nkeyFile: keyFile } });
  agent = await host.serve({ address }, answers("ok"));
  nats = await connect({ servers: server.url, user: "guest", pass: "guest" });
});

afterAll(async () => {
  await nats.close();
  await host.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function metadata(): Promise<Record<string, unknown>> {
  const info = jsonRecord((await nats.request(`$SRV.INFO.agents.${agent.instanceId}`)).string());
  return jsonRecord(JSON.stringify(info["metadata"]));
}

function lines(...all: string[]): Uint8Array {
  return new TextEncoder().encode(all.map((line) => `${line}\n`).join(""));
}

function bytes(base64url: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(base64url), "base64url"));
}

/** As the official library has it. */
function isSignedBeat(message: Msg, user: string): boolean {
  const header = jsonRecord(message.headers?.get("Agent-Sender") ?? "{}");
  const beat = jsonRecord(message.string());
  const { account, sub, ts, nonce, sig } = header;
  expect([account, sub, ts]).toEqual(["ACME", message.subject, beat["ts"]]);
  const signed = lines("AGENT-SENDER-V1", "ACME", user, beats, String(ts), String(nonce), sha256(message.data));
  return header["user"] === user && verifies(user, signed, bytes(sig));
}

async function nextBeats(count: number): Promise<Msg[]> {
  const subscription = nats.subscribe(beats, { max: count });
  return Array.fromAsync(subscription);
}

describe("§13.10 the registration of a runtime with a seed", () => {
  test("has user_nkey, account and an id_sig that is the user's", async () => {
    const { user_nkey, account, id_sig } = await metadata();
    expect([user_nkey, account]).toEqual([ann.nkey, "ACME"]);
    const signed = lines("AGENT-ID-V1", ann.nkey, "ACME", "muster", "tests", prompt);
    expect(verifies(ann.nkey, signed, bytes(id_sig))).toBe(true);
  });
});

describe("§13.11 the heartbeats of a runtime with a seed", () => {
  test("are signed, with the time of the beat and a nonce each", async () => {
    const messages = await nextBeats(3);
    expect(messages.map((message) => isSignedBeat(message, ann.nkey))).toEqual([true, true, true]);
    const nonces = messages.map((message) => jsonRecord(message.headers?.get("Agent-Sender") ?? "{}")["nonce"]);
    expect(new Set(nonces).size).toBe(3);
  });

  test("and never its answers to status requests", async () => {
    const answer = await nats.request(beats.replace("hb", "status"));
    expect(jsonRecord(answer.string())).toMatchObject({ instance_id: agent.instanceId });
    expect(answer.headers).toBeUndefined();
  });
});

test("after a reconnect as another user, registration and heartbeats are the other's", async () => {
  await writeFile(keyFile, bob.seed);
  await host.connection.useSettings({ servers: [server.url], nkeyFile: keyFile });
  // While it is away nobody answers.
  await until(
    "the other registration",
    async () => (await metadata().catch(() => ({ user_nkey: "" }))).user_nkey === bob.nkey,
  );
  const { id_sig } = await metadata();
  const signed = lines("AGENT-ID-V1", bob.nkey, "ACME", "muster", "tests", prompt);
  expect(verifies(bob.nkey, signed, bytes(id_sig))).toBe(true);
  const [message] = await nextBeats(1);
  expect(message !== undefined && isSignedBeat(message, bob.nkey)).toBe(true);
});

test("a runtime without a seed registers and beats without any of it", async () => {
  const plain = await startBusHost(server.url, { settings: { servers: [server.url.replace("//", "//guest:guest@")] } });
  const other = await plain.serve({ address: { ...address, name: "plain" } }, answers("ok"));
  const info = jsonRecord((await nats.request(`$SRV.INFO.agents.${other.instanceId}`)).string());
  expect(info["metadata"]).toEqual({ agent: "muster", owner: "tests", protocol_version: "0.3" });
  const [beat] = await Array.fromAsync(nats.subscribe("agents.hb.muster.tests.plain", { max: 1 }));
  expect(beat?.headers).toBeUndefined();
  await plain.stop();
});

test("a runtime that may not ask who it is serves all the same, unsigned, and says so once", async () => {
  const shut = await startNatsServer({
    config: `authorization { users: [ { nkey: ${ann.nkey}, permissions: { publish: { deny: "$SYS.>" } } }, { user: guest, password: guest } ] }`,
  });
  const file = join(folder, "shut.nk");
  await writeFile(file, ann.seed);
  const startedMs = performance.now();
  const mute = await startBusHost(shut.url, { settings: { nkeyFile: file } });
  const served = await mute.serve({ address: { ...address, name: "mute" } }, answers("ok"));
  // The server's refusal is heard: the two seconds for an answer are not waited for.
  expect(performance.now() - startedMs).toBeLessThan(1_900);
  const guest = await connect({ servers: shut.url, user: "guest", pass: "guest" });
  const info = jsonRecord((await guest.request(`$SRV.INFO.agents.${served.instanceId}`)).string());
  expect(info["metadata"]).toEqual({ agent: "muster", owner: "tests", protocol_version: "0.3" });
  const [beat] = await Array.fromAsync(guest.subscribe("agents.hb.muster.tests.mute", { max: 1 }));
  expect(beat?.headers).toBeUndefined();
  expect(mute.log.lines.filter(({ message }) => message.includes("are not signed"))).toHaveLength(1);
  await guest.close();
  await mute.stop();
  await shut.stop();
});
