// What `muster doctor` says of tools and triggers, with real programs, a real nats-server and a real MQTT broker.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { mayRun } from "../../support/may-run.ts";
import { missingForMosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { startMuster } from "../../support/muster.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { linesOf, runDoctor } from "../../support/run-doctor.ts";
import type { ProgramResult } from "../../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { missingForTlsFront, startTlsFront } from "../../support/tls-front.ts";

setDefaultTimeout(60_000);

let folder: string;
let model: ScriptedModel;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(() => {
  model = startScriptedModel();
});
afterAll(() => model.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-doctor-tools-"));
  mkdirSync(join(folder, "state"), { mode: 0o700 });
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function manifest(agent: string, top = "nats: { embedded: { port: 0 } }"): string {
  return `
identity: { owner: test }
${top}
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=3" } }
agents:
  helper:
    model: local
    instructions: You answer.
    callers: { trust: signed }
    ${agent.trim().replaceAll("\n", "\n    ")}
`;
}

function doctor(text: string, ...args: string[]): Promise<ProgramResult> {
  return runDoctor(folder, text, "--json", ...args);
}

test("programs, folders, origins and schedules are looked at, and nothing is run or asked", async () => {
  const requests = model.received.requests.length;
  mkdirSync(join(folder, "docs"));
  const result = await doctor(
    manifest(`
tools:
  run: { type: shell, allow: [[ls, "**"], [no-such-program]] }
  mark: { type: command, description: Marks., command: [touch, "${folder}/ran"] }
  docs: { type: files, root: "${folder}/docs", access: write }
  web: { type: http, allow: ["GET ${model.url}/", "GET http://127.0.0.1:${await freePort()}/"] }
  other: { type: agent, address: press }
triggers:
  night: { cron: "0 3 * * *", timezone: Europe/Berlin, prompt: Report. }
  over: { at: "2026-01-01T00:00:00Z", prompt: Report. }
`),
  );
  expect(linesOf(result, "tool helper/run")[0]).toStartWith('warning: There is no program "no-such-program"');
  expect(linesOf(result, "tool helper/mark")).toEqual(["ok: touch: there, and to be run"]);
  expect(linesOf(result, "tool helper/docs")).toEqual([`ok: "${folder}/docs" can be read and written to`]);
  expect(linesOf(result, "tool helper/web")).toEqual([
    `ok: ${model.url} takes connections`,
    expect.stringMatching(/^warning: .*ECONNREFUSED/),
  ]);
  expect(linesOf(result, "tool helper/other")[0]).toStartWith("skipped: The bundled server does not run now");
  expect(linesOf(result, "trigger helper/night")[0]).toMatch(
    /^ok: It runs next at (.* 03:00,? ?){3} \(Europe\/Berlin\)$/,
  );
  expect(linesOf(result, "trigger helper/over")[0]).toStartWith("warning: Its time is over");
  expect(result.code).toBe(0);
  const asked = model.received.requests.slice(requests).filter(({ path }) => path === "/");
  expect(asked).toEqual([]);
  expect(await Bun.file(join(folder, "ran")).exists()).toBe(false);
});

test("what NATS forbids the runtime's user is found, and nothing is published", async () => {
  const rights = {
    publish: ["plant.line3.>", "_INBOX.>", "$SRV.>", "$SYS.REQ.USER.INFO"],
    subscribe: ["plant.alarm", "_INBOX.>"],
  };
  const users = JSON.stringify([{ user: "ada", password: "right-word", permissions: rights }]);
  const server = await startNatsServer({ config: `authorization { users: ${users} }` });
  ends.push(() => server.stop());
  const agent = `
tools:
  tell: { type: publish, allow: [plant.line3.note] }
  all: { type: publish, allow: [plant.>] }
  read: { type: request, allow: [office.door] }
  other: { type: agent, address: press }
triggers:
  alarm: { subject: plant.alarm, prompt: "{{payload}}" }
  door: { subject: office.door, prompt: "{{payload}}" }
`;
  const nats = `nats: { servers: ["${server.url}"], user: ada, password: right-word }`;
  const result = await doctor(manifest(agent, nats));
  expect(linesOf(result, "tool helper/tell")).toEqual(['ok: NATS permits "plant.line3.note"']);
  expect(linesOf(result, "tool helper/all")).toEqual(['warning: NATS permits a part of "plant.>" only']);
  expect(linesOf(result, "tool helper/read")).toEqual([
    'problem: NATS does not permit this runtime to publish "office.door"',
  ]);
  expect(linesOf(result, "tool helper/other")).toEqual(["warning: No agent of name press is on the bus now"]);
  expect(linesOf(result, "trigger helper/alarm")).toEqual(['ok: NATS permits "plant.alarm"']);
  expect(linesOf(result, "trigger helper/door")).toEqual([
    'problem: NATS does not permit this runtime to subscribe "office.door"',
  ]);
  expect(result.code).toBe(1);
});

test("conversations in JetStream want a server that has it", async () => {
  const server = await startNatsServer();
  ends.push(() => server.stop());
  const result = await doctor(manifest("memory: { store: kv }", `nats: { servers: ["${server.url}"] }`));
  expect(linesOf(result, "conversations helper")[0]).toStartWith("problem: The NATS server has no JetStream");
});

test("while a runtime runs, its bundled server is looked at with the runtime's own rights, and its word on triggers counts", async () => {
  const muster = await startMuster({
    manifest: `
identity: { owner: test }
nats: { embedded: { port: 0, auth: nkey } }
models: { local: { provider: ollama, url: "${model.url}", model: "m?tokens=3" } }
defaults: { model: local, instructions: You answer. }
agents:
  helper:
    tools:
      tell: { type: publish, allow: [plant.note] }
      other: { type: agent, address: press }
    triggers:
      often: { every: 1h, prompt: Report. }
      alarm: { subject: plant.alarm, prompt: "{{payload}}" }
  press: {}
`,
  });
  ends.push(() => muster.stop());
  const result = await muster.command(["doctor", "--json"]);
  expect(linesOf(result, "tool helper/tell")).toEqual(['ok: NATS permits "plant.note"']);
  expect(linesOf(result, "tool helper/other")[0]).toMatch(/^ok: agents\.prompt\.muster\.test\.press is on the bus/);
  expect(linesOf(result, "trigger helper/often")[0]).toMatch(/^ok: It runs next at 20/);
  expect(linesOf(result, "trigger helper/alarm")).toEqual(['ok: NATS permits "plant.alarm"']);
});

describe.if(mayRun("doctor of MQTT brokers", missingForMosquitto()))("an MQTT broker", () => {
  test("is connected to with its TLS and password, and what is wrong with them is told without the password", async () => {
    const broker = await startMosquitto({ tls: true, user: { name: "press", password: "correct-horse" } });
    ends.push(() => broker.stop());
    const look = async (password: string, tls: string) => {
      const plant = `url: "mqtts://localhost:${broker.port}", user: press, password: ${password}${tls}`;
      const top = `nats: { embedded: { port: 0 } }\nmqtt: { plant: { ${plant} } }`;
      return doctor(manifest("triggers: { t: { mqtt: line3/alarm, prompt: Explain. } }", top));
    };
    const ca = `, tls: { ca_file: "${join(broker.folder, "ca.pem")}" }`;
    expect(linesOf(await look("correct-horse", ca), "mqtt plant")).toEqual([
      `ok: "mqtts://localhost:${broker.port}" takes us`,
    ]);
    expect(broker.log()).not.toContain("SUBSCRIBE");
    expect((await look("correct-horse", ca)).stderr).toBe("");
    const wrong = await look("wrong-donkey", ca);
    expect(linesOf(wrong, "mqtt plant")[0]).toMatch(/^problem: Cannot connect .*[Nn]ot authori[sz]ed/);
    expect(wrong.stdout).not.toContain("wrong-donkey");
    expect(linesOf(await look("correct-horse", ""), "mqtt plant")[0]).toMatch(/^problem: Cannot connect .*certificate/);
  });
});

describe.if(mayRun("doctor of origins over TLS", missingForTlsFront()))("an origin over TLS", () => {
  test("whose certificate nothing vouches for is a warning", async () => {
    const front = await startTlsFront(model.url);
    ends.push(async () => front[Symbol.asyncDispose]());
    const url = front.url.replace("127.0.0.1", "localhost");
    const result = await doctor(manifest(`tools: { web: { type: http, allow: ["GET ${url}/"] } }`));
    expect(linesOf(result, "tool helper/web")[0]).toMatch(/^warning: https:.*certificate/);
  });
});
