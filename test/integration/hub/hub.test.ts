// A runtime whose bundled server is a leaf of the hub of docs/hub.md.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, nkeyAuthenticator, type NatsConnection } from "@nats-io/transport-node";
import type { HubState } from "../../../src/runtime/control-protocol.ts";
import { freePort } from "../../support/free-port.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { rawCaller, type RawCaller } from "../../support/raw-caller.ts";
import { rejection } from "../../support/rejection.ts";
import { runProgram } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { documentedHub, edgeKey, hubCaFile } from "./documented-hub.ts";

setDefaultTimeout(60_000);

const key = edgeKey();
const subject = "agents.prompt.muster.press-07.helper";
let folder = "";
let leafPort = 0;
let model: ScriptedModel;
const ends: (() => Promise<void>)[] = [];

beforeAll(() => {
  model = startScriptedModel();
  model.script("m", { text: "Yes." });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-hub-"));
  leafPort = await freePort();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => model.stop());

async function startHub(at = { leafPort, publicKey: key.publicKey }): Promise<RunningNatsServer> {
  const storeDirectory = join(folder, `hub-${at.leafPort}`);
  const hub = await startNatsServer({ config: documentedHub({ ...at, storeDirectory }) });
  ends.push(() => hub.stop());
  return hub;
}

interface EdgeOptions {
  readonly seed?: string;
  readonly nkeyFile?: string;
  readonly caFile?: string;
  readonly url?: string;
  readonly tls?: string;
}

async function startEdge(options: EdgeOptions = {}): Promise<RunningMuster> {
  await writeFile(join(folder, "hub.nk"), options.seed ?? key.seed);
  const edge = await startMuster({ manifest: edgeManifest(options) });
  ends.push(() => edge.stop());
  return edge;
}

function edgeManifest({ caFile = hubCaFile, url, tls, nkeyFile = join(folder, "hub.nk") }: EdgeOptions): string {
  const withTls = tls ?? `, tls: { ca_file: "${caFile}" }`;
  const hub = `{ url: "${url ?? `tls://localhost:${leafPort}`}", nkey_file: "${nkeyFile}"${withTls} }`;
  return `
identity: { owner: press-07 }
nats: { embedded: { port: 0, auth: nkey, hub: ${hub} } }
models:
  local: { provider: ollama, url: "${model.url}", model: m }
defaults: { heartbeat: 1s, instructions: You answer. }
agents:
  helper: { model: local }
`;
}

async function hubState(edge: RunningMuster): Promise<HubState | undefined> {
  return (await edge.status()).bus.hub;
}

function untilHub(edge: RunningMuster, state: HubState["state"], limitMs = 20_000): Promise<HubState> {
  return until(
    `the link to be ${state}`,
    async () => {
      const hub = await hubState(edge);
      return hub?.state === state ? hub : undefined;
    },
    limitMs,
  );
}

function untilReason(edge: RunningMuster, pattern: RegExp): Promise<string> {
  return until(`the reason ${String(pattern)}`, async () => {
    const reason = (await hubState(edge))?.reason ?? "";
    return pattern.test(reason) ? reason : undefined;
  });
}

async function operator(hub: RunningNatsServer): Promise<RawCaller> {
  const caller = await rawCaller(hub.url, { user: "operator", pass: "op" });
  ends.push(() => caller.close());
  return caller;
}

async function runtimeUser(edge: RunningMuster): Promise<NatsConnection> {
  const { url } = (await edge.status()).bus;
  const seed = await Bun.file(join(edge.stateDirectory, "nats", "runtime.nk")).bytes();
  const nats = await connect({ servers: url ?? "", authenticator: nkeyAuthenticator(seed.subarray(0, 58)) });
  ends.push(() => nats.close());
  return nats;
}

/** A prompt by our own command, on the machine itself. */
async function askLocally(edge: RunningMuster): Promise<string> {
  const { stdout, stderr, code } = await edge.command(["ask", "helper", "Well?"]);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe("a linked machine", () => {
  test("is discovered and prompted from the hub", async () => {
    const hub = await startHub();
    const edge = await startEdge();
    await untilHub(edge, "connected");
    const caller = await operator(hub);
    expect((await caller.prompt(subject, "Well?").done).text()).toBe("Yes.");
    const found = await runProductPs(edge, hub);
    expect(found).toContain("helper");
    const status = await runProgram([...fromSource, "status", "--state", edge.stateDirectory]);
    expect(status.stdout).toMatch(/^Hub {4}tls:\/\/localhost:\d+ connected since /m);
  });

  test("answers on its own while the hub is gone, and is linked again when it is back", async () => {
    const hub = await startHub();
    const edge = await startEdge();
    await untilHub(edge, "connected");
    await hub.kill();
    const lost = await untilHub(edge, "disconnected");
    expect(lost.reason).toMatch(/^(The link to|Cannot reach) the hub at "localhost:\d+"/);
    expect(await askLocally(edge)).toBe("Yes.");
    await hub.restart();
    const again = await untilHub(edge, "connected");
    expect(again.reason).toBeUndefined();
    expect(Date.parse(again.since)).toBeGreaterThan(Date.parse(lost.since));
    expect((await (await operator(hub)).prompt(subject, "Well?").done).text()).toBe("Yes.");
  });

  test("says nothing at the hub in another machine's name, and hears nothing that is another's", async () => {
    const hub = await startHub();
    const edge = await startEdge();
    await untilHub(edge, "connected");
    const [local, caller] = [await runtimeUser(edge), await operator(hub)];
    const atHub: string[] = [];
    const here: string[] = [];
    const listener = await connect({ servers: hub.url, user: "operator", pass: "op" });
    ends.push(() => listener.close());
    listener.subscribe("agents.hb.>", { callback: (_, message) => void atHub.push(message.subject) });
    local.subscribe("agents.prompt.muster.other.helper", {
      callback: (_, message) => void here.push(message.subject),
    });
    await Promise.all([listener.flush(), local.flush()]);
    local.publish("agents.hb.muster.other.helper", "{}");
    await local.flush();
    const refused = await rejection(caller.prompt("agents.prompt.muster.other.helper", "Well?").done);
    expect(refused).toContain("Nobody listens");
    await until("a heartbeat of its own", () => atHub.length > 1);
    expect(new Set(atHub)).toEqual(new Set(["agents.hb.muster.press-07.helper"]));
    expect(here).toEqual([]);
  });
});

describe("a reload", () => {
  test("moves the link to another hub with another key; agents, server and process stay", async () => {
    await startHub();
    const other = { leafPort: await freePort(), key: edgeKey() };
    const hub = await startHub({ leafPort: other.leafPort, publicKey: other.key.publicKey });
    const edge = await startEdge();
    await untilHub(edge, "connected");
    const before = await whatRuns(edge);
    const nkeyFile = join(folder, "other.nk");
    await writeFile(nkeyFile, other.key.seed);
    const url = `tls://localhost:${other.leafPort}`;
    await writeFile(join(edge.folder, "agents.yaml"), edgeManifest({ url, nkeyFile }));
    expect(await edge.command(["reload"])).toMatchObject({ code: 0, stderr: "" });
    await until("the link to the other hub", async () => {
      const state = await hubState(edge);
      return state?.state === "connected" && state.url === url;
    });
    const caller = await operator(hub);
    const answer = await until("an answer by the other hub", () => answerAt(caller));
    expect(answer).toBe("Yes.");
    expect(await whatRuns(edge)).toEqual(before);
  });

  test("to a hub that is not there keeps all running, and says why there is no link", async () => {
    await startHub();
    const edge = await startEdge();
    await untilHub(edge, "connected");
    const before = await whatRuns(edge);
    const port = await freePort();
    await writeFile(join(edge.folder, "agents.yaml"), edgeManifest({ url: `tls://localhost:${port}` }));
    expect((await edge.command(["reload"])).code).toBe(0);
    expect(await untilReason(edge, new RegExp(`:${port}"`))).toContain("connection refused");
    expect(await askLocally(edge)).toBe("Yes.");
    expect(await whatRuns(edge)).toEqual(before);
  });

  test("that takes the hub away says that it needs a restart, and changes nothing", async () => {
    await startHub();
    const edge = await startEdge();
    await untilHub(edge, "connected");
    const file = join(edge.folder, "agents.yaml");
    await writeFile(file, edgeManifest({}).replace(/^nats:.*$/m, "nats: { embedded: { port: 0, auth: nkey } }"));
    const { stderr } = await edge.command(["reload"]);
    expect(stderr).toContain("restart the runtime to have it take effect");
    expect((await hubState(edge))?.state).toBe("connected");
  });
});

/** What a change of the hub must leave alone. */
async function whatRuns(edge: RunningMuster): Promise<unknown> {
  const { agents, pid } = await edge.status();
  return { pid, server: await bundled(edge), agents: agents.map(({ name, instanceId }) => ({ name, instanceId })) };
}

/** Undefined while nobody listens there yet. */
async function answerAt(caller: RawCaller): Promise<string | undefined> {
  try {
    return (await caller.prompt(subject, "Well?").done).text();
  } catch {
    return undefined;
  }
}

describe("a machine whose hub", () => {
  test("is down at the start is ready at once, says so, and is linked as soon as the hub is there", async () => {
    const edge = await startEdge();
    expect(await askLocally(edge)).toBe("Yes.");
    const reason = `Cannot reach the hub at "localhost:${leafPort}": connection refused`;
    expect(await untilReason(edge, /./)).toBe(reason);
    expect((await hubState(edge))?.state).toBe("connecting");
    expect(edge.log().split(JSON.stringify(reason)).length - 1).toBe(1);
    await startHub();
    await untilHub(edge, "connected");
  });

  test("refuses its key says so, and is linked once the right one is in its place", async () => {
    await startHub();
    const edge = await startEdge({ seed: edgeKey().seed });
    const reason = await untilReason(edge, /refused/);
    expect(reason).toBe(
      `The hub at "localhost:${leafPort}" refused the credentials: authorization violation. Check credentials_file, nkey_file, user and password, or token of nats.embedded.hub, and the hub's users`,
    );
    expect(await askLocally(edge)).toBe("Yes.");
    const { pid } = await bundled(edge);
    await writeFile(join(folder, "hub.nk"), key.seed);
    await untilHub(edge, "connected", 30_000);
    expect((await bundled(edge)).pid).toBe(pid);
  });

  test("has a certificate of nobody that it trusts makes no link until it trusts its maker", async () => {
    await startHub();
    const caFile = join(folder, "ca.pem");
    await copyFile(join(hubCaFile, "..", "client.pem"), caFile);
    const edge = await startEdge({ caFile });
    expect(await untilReason(edge, /certificate/)).toStartWith(
      `Cannot make a TLS connection to the hub at "localhost:${leafPort}"`,
    );
    const { pid } = await bundled(edge);
    await copyFile(hubCaFile, caFile);
    await untilHub(edge, "connected", 30_000);
    expect((await bundled(edge)).pid).toBe(pid);
  });

  test("has settings that the server cannot start with runs without the hub", async () => {
    const caFile = join(folder, "ca.pem");
    await writeFile(caFile, "no certificate");
    const edge = await startEdge({ caFile });
    expect(await untilReason(edge, /./)).toStartWith("Cannot use nats.embedded.hub: ");
    expect(await askLocally(edge)).toBe("Yes.");
  });

  test("is named by the port for clients is told so", async () => {
    const hub = await startHub();
    const edge = await startEdge({ url: `nats://localhost:${hub.port}`, tls: "" });
    expect(await untilReason(edge, /./)).toContain("Set nats.embedded.hub.url to its leafnode port, usually 7422");
  });
});

async function bundled(edge: RunningMuster): Promise<{ readonly pid: number }> {
  const file: unknown = await Bun.file(join(edge.stateDirectory, "bus.json")).json();
  const server = typeof file === "object" && file !== null && "server" in file ? file.server : undefined;
  if (typeof server !== "object" || server === null || !("pid" in server)) throw new Error("No bundled server");
  return { pid: Number(server.pid) };
}

/** What `muster ps` lists at the hub. */
async function runProductPs(edge: RunningMuster, hub: RunningNatsServer): Promise<string> {
  const { stdout, stderr } = await edge.command(["ps", "--server", hub.url.replace("//", "//operator:op@")]);
  return stdout + stderr;
}
