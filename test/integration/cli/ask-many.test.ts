// `muster ask` to many agents, as a program.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonRecord } from "../../support/json-record.ts";
import { fromSource } from "../../support/muster.ts";
import type { RunningNatsServer } from "../../support/nats-server.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import type { ProgramResult } from "../../support/run-program.ts";
import { runProgram } from "../../support/run-program.ts";
import type { Reply, ScriptedHost } from "../../support/scripted-host.ts";
import { startScriptedHost } from "../../support/scripted-host.ts";

let server: RunningNatsServer;
let host: ScriptedHost;
let folder: string;
let gone = departures();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "muster-ask-many-"));
  server = await startNatsServer();
  host = await startScriptedHost(server.url, [
    { owner: "press", name: "line-1", answer: (reply) => say(reply, "one") },
    { owner: "press", name: "line-2", answer: (reply) => say(reply, "two") },
    { owner: "ops", name: "fine", answer: (reply) => say(reply, "fine") },
    { owner: "ops", name: "broken", answer: broken },
    { owner: "race", name: "slow", answer: (reply) => reply.ack() },
    { owner: "race", name: "quick", answer: (reply) => say(reply, "first") },
    { owner: "files", name: "sends", answer: files },
    { owner: "endless", name: "one", answer: (reply) => endless(reply, "one") },
    { owner: "endless", name: "two", answer: (reply) => endless(reply, "two") },
  ]);
});

afterAll(async () => {
  await host.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Resolved when the caller of an endless agent is gone. */
function departures(): Record<string, PromiseWithResolvers<undefined>> {
  return { one: Promise.withResolvers<undefined>(), two: Promise.withResolvers<undefined>() };
}

function say(reply: Reply, text: string): void {
  reply.ack();
  reply.text(`${text}: ${reply.request.string()}`);
  reply.end();
}

function broken(reply: Reply): void {
  reply.error("503", "model_unreachable", '{"error":"model_unreachable","message":"The model is away"}');
  reply.end();
}

function files(reply: Reply): void {
  reply.send('{"type":"response","data":{"text":"here","attachments":[{"filename":"report.txt","content":"aGk="}]}}');
  reply.end();
}

function endless(reply: Reply, name: string): void {
  const probe = `probe.${name}`;
  reply.connection.subscribe(probe, {
    callback: (_error, message) => {
      if (message.headers?.code !== 503) return;
      stop();
      gone[name]?.resolve(undefined);
    },
  });
  const stop = reply.every(20, () =>
    reply.connection.publish(reply.request.reply ?? "", '{"type":"response","data":"tick"}', { reply: probe }),
  );
}

function environment(): Record<string, string | undefined> {
  return { PATH: process.env["PATH"], NATS_URL: server.url, HOME: folder };
}

function ask(...args: string[]): Promise<ProgramResult> {
  return runProgram([...fromSource, "ask", ...args], { cwd: folder, env: environment() });
}

test("prints each answer under its agent's address, and exits 0 when all answered", async () => {
  const { code, stdout, stderr } = await ask("--owner", "press", "how", "much?");
  const answers = stdout.split("\n\n").map((answer) => answer.trimEnd());
  expect([code, stderr]).toEqual([0, ""]);
  expect(answers.sort()).toEqual([
    "==> stand-in/press/line-1 <==\none: how much?",
    "==> stand-in/press/line-2 <==\ntwo: how much?",
  ]);
});

test("exits 1 when some failed, says which, and has the others' answers", async () => {
  const { code, stdout, stderr } = await ask("--owner", "ops", "hi");
  expect([code, stdout]).toEqual([1, "==> stand-in/ops/fine <==\nfine: hi\n"]);
  expect(stderr).toContain('"stand-in/ops/broken" gave no whole answer: The model is away');
});

test("--json has one line an event with the agent's address, and failures too", async () => {
  const { code, stdout } = await ask("--owner", "ops", "--json", "hi");
  const events = stdout.trimEnd().split("\n").map(jsonRecord);
  const of = (agent: string): unknown[] => events.filter((event) => event["agent"] === agent);
  expect(code).toBe(1);
  expect(of("stand-in/ops/fine")).toEqual([
    { agent: "stand-in/ops/fine", type: "ack" },
    { agent: "stand-in/ops/fine", type: "text", text: "fine: hi" },
    { agent: "stand-in/ops/fine", type: "end" },
  ]);
  expect(of("stand-in/ops/broken")).toMatchObject([{ type: "error", code: "agent_error", status: 503 }]);
});

test("--race prints the winner alone, and exits 0", async () => {
  const { code, stdout, stderr } = await ask("--match", "race/*", "--race", "hi");
  expect([code, stdout, stderr]).toEqual([0, "first: hi\n", "Answered by stand-in/race/quick\n"]);
  const json = (await ask("--owner", "race", "--race", "--json", "hi")).stdout.trimEnd().split("\n").map(jsonRecord);
  expect(json.map(({ agent, type }) => [agent, type])).toEqual([
    ["stand-in/race/quick", "ack"],
    ["stand-in/race/quick", "text"],
    ["stand-in/race/quick", "end"],
  ]);
});

test("a race that nobody wins exits 1 with every failure", async () => {
  const { code, stdout, stderr } = await ask("--match", "broken", "--race", "hi");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("The model is away");
});

test("saves files that agents send", async () => {
  const { code } = await ask("--match", "sends", "--save", "out", "hi");
  expect([code, await readdir(join(folder, "out"))]).toEqual([0, ["report.txt"]]);
});

test("exits 3 when nobody fits", async () => {
  const { code, stderr } = await ask("--owner", "nobody", "hi");
  expect(code).toBe(3);
  expect(stderr).toContain('No agent of owner "nobody"');
});

test("--all asks everybody, each for as long as --timeout says", async () => {
  const { code, stdout } = await ask("--all", "--json", "--timeout", "2s", "hi");
  const last = new Map<unknown, unknown>();
  for (const line of stdout.trimEnd().split("\n").map(jsonRecord)) {
    last.set(line["agent"], line["type"] === "error" ? line["code"] : line["type"]);
  }
  expect(code).toBe(1);
  expect(Object.fromEntries(last)).toEqual({
    "stand-in/endless/one": "timed_out",
    "stand-in/endless/two": "timed_out",
    "stand-in/files/sends": "end",
    "stand-in/ops/broken": "agent_error",
    "stand-in/ops/fine": "end",
    "stand-in/press/line-1": "end",
    "stand-in/press/line-2": "end",
    "stand-in/race/quick": "end",
    "stand-in/race/slow": "timed_out",
  });
});

test("exits 2 for options that do not go together", async () => {
  expect((await ask("--race", "line-1", "hi")).stderr).toContain("--race is for many agents");
  expect((await ask("--all", "--parallel", "0", "hi")).code).toBe(2);
  expect((await ask("--all", "--stats", "hi")).code).toBe(2);
  expect((await ask("--match", "a//b", "hi")).code).toBe(2);
});

test("Ctrl-C leaves all of them, and exits 130", async () => {
  gone = departures();
  const child = Bun.spawn([...fromSource, "ask", "--owner", "endless", "--json", "hi"], {
    env: environment(),
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  for (let said = ""; !(said.includes("endless/one") && said.includes("endless/two"));) {
    said += decoder.decode((await reader.read()).value, { stream: true });
  }
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  await Promise.all(Object.values(gone).map(({ promise }) => promise));
});
