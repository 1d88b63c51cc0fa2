// `muster ps` and the truth: processes that hang, instances that share an address, records that are wrong.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/transport-node";
import { jsonRecord, jsonRecords } from "../../support/json-record.ts";
import { fromSource } from "../../support/muster.ts";
import type { RunningNatsServer } from "../../support/nats-server.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { runProgram } from "../../support/run-program.ts";
import type { ServingProgram } from "../../support/served-agents.ts";
import { startServing } from "../../support/served-agents.ts";

let server: RunningNatsServer;
let raw: NatsConnection;
let folder: string;
const programs: ServingProgram[] = [];

const rawRecords = [
  { id: "no-owner", metadata: { agent: "raw", protocol_version: "0.3" } },
  { id: "no-version", metadata: { agent: "raw", owner: "strangers" } },
  { id: "no-prompt", metadata: { agent: "raw", owner: "strangers", protocol_version: "0.3" }, endpoints: [] },
  { id: "next-major", metadata: { agent: "raw", owner: "strangers", protocol_version: "7.1" } },
  { id: "odd-version", metadata: { agent: "raw", owner: "strangers", protocol_version: "new" } },
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-ps-"));
  server = await startNatsServer();
  raw = await connect({ servers: server.url });
  raw.subscribe("$SRV.INFO.agents", {
    callback: (_error, message) => {
      for (const record of rawRecords) message.respond(JSON.stringify(infoOf(record)));
    },
  });
  await raw.flush();
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  await raw.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function infoOf(record: { readonly id: string }): Record<string, unknown> {
  const endpoints = [{ name: "prompt", subject: `agents.prompt.raw.strangers.${record.id}`, metadata: {} }];
  return { type: "io.nats.micro.v1.info_response", name: "agents", version: "1.0.0", endpoints, ...record };
}

async function serving(owner: string, options: { replicas?: boolean } = {}): Promise<ServingProgram> {
  const program = await startServing(server.url, { owner, count: 1, heartbeatMs: 1_000, ...options });
  programs.push(program);
  return program;
}

function environment(): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], NATS_URL: server.url, HOME: folder };
}

async function ps(...args: string[]): Promise<string> {
  return (await runProgram([...fromSource, "ps", ...args], { cwd: folder, env: environment() })).stdout;
}

function stateOf(list: string, owner: string): unknown {
  return jsonRecords(jsonRecord(list)["agents"]).find((agent) => agent["owner"] === owner)?.["state"];
}

test("a process that hangs is not shown as ready, and one that goes on is", async () => {
  const program = await serving("hanging");
  expect(stateOf(await ps("--json"), "hanging")).toBe("ready");
  program.pause();
  expect(String(stateOf(await ps("--json"), "hanging"))).toMatch(/^(silent|offline|undefined)$/);
  program.resume();
  expect(stateOf(await ps("--json"), "hanging")).toBe("ready");
});

test("an instance that is well is shown so, though another one of its address hangs", async () => {
  const first = await serving("twins", { replicas: true });
  await serving("twins", { replicas: true });
  const list = await ps();
  expect(list).toMatch(/muster-library +twins +agent-0 +ready .* 2 +0\n +- \w+ +ready .*\n +- \w+ +ready /);
  first.pause();
  expect(stateOf(await ps("--json"), "twins")).toBe("ready");
  first.resume();
});

test("a watching list sees beats stop and begin again, and prints only what changes", async () => {
  const program = await serving("watched");
  const child = Bun.spawn([...fromSource, "ps", "--watch", "--json"], {
    env: environment(),
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  const until = async (state: string): Promise<void> => {
    for (;;) {
      const [line, ...more] = rest.split("\n");
      if (more.length === 0) {
        const { value } = await reader.read();
        if (value === undefined) throw new Error(`It ended before "watched" was ${state}`);
        rest += decoder.decode(value, { stream: true });
        continue;
      }
      rest = more.join("\n");
      if (stateOf(line ?? "", "watched") === state) return;
    }
  };
  await until("ready");
  program.pause();
  await until("offline");
  program.resume();
  await until("ready");
  child.kill("SIGINT");
  expect(await child.exited).toBe(0);
});

test("records of another MAJOR, or that lack something, are lines with the reason", async () => {
  const list = await ps();
  expect(list).toMatch(/raw +\? +no-owner +unusable .* cannot be asked: metadata has no owner\n/);
  expect(list).toMatch(/raw +strangers +no-version +unusable .* cannot be asked: metadata has no protocol_version\n/);
  expect(list).toMatch(/raw +strangers +no-prompt +unusable .* cannot be asked: no endpoint named prompt\n/);
  expect(list).toMatch(/raw +strangers +next-major +silent .* speaks protocol 7\.1, not 0\.3: cannot be asked\n/);
  expect(list).toMatch(/raw +strangers +odd-version .* its protocol version "new" cannot be read: cannot be asked\n/);
  const { agents, unusable } = jsonRecord(await ps("--json"));
  const major = jsonRecords(agents).find(({ name }) => name === "next-major");
  expect(jsonRecords(major?.["instances"])[0]).toMatchObject({ compatibility: "other-major", protocol_version: "7.1" });
  expect(jsonRecords(unusable)).toContainEqual({
    instance_id: "no-version",
    problem: "metadata has no protocol_version",
    agent: "raw",
    owner: "strangers",
  });
});
