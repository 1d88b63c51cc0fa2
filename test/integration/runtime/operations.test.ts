import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { isCollectedMemory } from "../../../src/runtime/collect.ts";
import { askRuntime } from "../../../src/runtime/control-client.ts";
import { type RunningMuster, fromSource, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type RawCaller, rawCaller } from "../../support/raw-caller.ts";
import { runProgram } from "../../support/run-program.ts";
import { type Script, type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const subject = (agent: string) => `agents.prompt.muster.test.${agent}`;
let nats: RunningNatsServer;
let model: ScriptedModel;
let caller: RawCaller;
let muster: RunningMuster;

function manifest(memory: string, owner = "test"): string {
  return `
identity: { owner: ${owner} }
nats: { servers: ["${nats.url}"] }
http: { listen: "127.0.0.1:0" }
limits: { memory: ${memory} }
endpoints: { scripted: { provider: ollama, url: "${model.url}", parallel: 4 } }
models: { local: { endpoint: scripted, model: scripted, context: 4096 } }
defaults: { model: local, instructions: Be kind. }
agents: { helper: { heartbeat: 1s }, other: {} }
`;
}

beforeAll(async () => {
  nats = await startNatsServer();
  model = startScriptedModel();
  caller = await rawCaller(nats.url);
  muster = await startMuster({ manifest: manifest("4GB") });
});

afterEach(async () => {
  await command("start", "helper");
});

afterAll(async () => {
  await muster.stop();
  await caller.close();
  await model.stop();
  await nats.stop();
});

function command(...args: readonly string[]) {
  return runProgram([...fromSource, ...args, "--state", muster.stateDirectory]);
}

async function ask(agent: string, prompt: string, script: Script = { text: "Yes." }) {
  model.script("scripted", script);
  return caller.prompt(subject(agent), prompt).done;
}

async function stateOf(agent: string) {
  return (await muster.status()).agents.find(({ name }) => name === agent);
}

async function http(path: string, init: RequestInit = {}): Promise<Response> {
  const listen = (await muster.status()).http?.listen ?? "";
  return fetch(`http://${listen}${path}`, init);
}

describe("an agent that is told to stop", () => {
  test("lets its turn end, leaves the bus, and is back when it is told to start", async () => {
    model.script("scripted", { tokens: 20, delayMs: 25 });
    const stream = caller.prompt(subject("helper"), "Go on.");
    await stream.until((answer) => answer.text() !== "");
    expect(await command("stop", "helper")).toMatchObject({ code: 0, stdout: 'Agent "helper" is stopped\n' });
    expect((await stream.done).text()).toBe("word ".repeat(20));
    expect(await stateOf("helper")).toMatchObject({ state: "stopped" });
    expect(caller.nats.request(subject("helper"), "Hello?", { timeout: 2000 })).rejects.toThrow("no responders");
    expect((await ask("other", "Are you there?")).text()).toBe("Yes.");
    expect(await command("start", "helper")).toMatchObject({ code: 0 });
    expect((await ask("helper", "And you?")).text()).toBe("Yes.");
  });

  test("stops what still runs when its time is over", async () => {
    model.script("scripted", { tokens: 2, stallAfter: 1 });
    const stream = caller.prompt(subject("helper"), "Go on.");
    await stream.until((answer) => answer.text() !== "");
    expect(await command("stop", "helper", "--drain", "0s")).toMatchObject({ code: 0 });
    expect((await stream.done).error()).toMatchObject({ error: "shutting_down" });
  });
});

test("a drained agent stays registered as draining, ends its turn, takes no more prompts, and serves when it is started", async () => {
  model.script("scripted", { tokens: 20, delayMs: 25 });
  const stream = caller.prompt(subject("helper"), "Go on.");
  await stream.until((answer) => answer.text() !== "");
  expect(await command("drain", "helper")).toMatchObject({
    code: 0,
    stdout: 'Agent "helper" takes no more prompts: 1 in work, 0 waiting\n',
  });
  expect(await caller.ask("agents.status.muster.test.helper")).toMatchObject({ state: "draining" });
  expect(caller.nats.request(subject("helper"), "Hello?", { timeout: 2000 })).rejects.toThrow("no responders");
  expect((await stream.done).text()).toBe("word ".repeat(20));
  expect(await command("start", "helper")).toMatchObject({ code: 0, stdout: 'Agent "helper" serves: ready\n' });
  expect((await ask("helper", "And now?")).text()).toBe("Yes.");
});

test("an agent that is restarted loses no prompt and no turn, and its conversations go on", async () => {
  await ask("helper", JSON.stringify({ prompt: "My name is Ada.", session: "one" }));
  const before = (await stateOf("helper"))?.instanceId;
  model.script("scripted", { tokens: 20, delayMs: 25 });
  const stream = caller.prompt(subject("helper"), "Go on.");
  await stream.until((answer) => answer.text() !== "");
  expect(await command("restart", "helper")).toMatchObject({ code: 0 });
  expect((await stateOf("helper"))?.instanceId).not.toBe(before ?? "");
  expect((await ask("helper", JSON.stringify({ prompt: "Who am I?", session: "one" }))).text()).toBe("Yes.");
  expect(JSON.stringify(model.received.requests.at(-1)?.body["messages"])).toContain("My name is Ada.");
  expect((await stream.done).text()).toBe("word ".repeat(20));
});

test("an agent that is none is named with its nearest, exit code 3", async () => {
  for (const name of ["restart", "drain", "stop", "start", "logs"]) {
    expect(await command(name, "helpr")).toMatchObject({
      code: 3,
      stderr: 'This machine\'s runtime has no agent "helpr". Did you mean "helper"?\n',
    });
  }
});

describe("the log", () => {
  test("is shown for people, or as JSON, of all or of one agent", async () => {
    await ask("other", "Log this.");
    const human = await command("logs");
    expect(human.stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}Agent serves agent=helper/m);
    const json = await command("logs", "other", "--json", "-n", "3");
    const lines = json.stdout.trim().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ agent: "other" });
  });

  test("is followed until Ctrl-C", async () => {
    const follower = Bun.spawn([...fromSource, "logs", "other", "-f", "--json", "--state", muster.stateDirectory], {
      stdout: "pipe",
      stderr: "pipe",
    });
    let seen = "";
    const reading = (async () => {
      for await (const piece of follower.stdout) seen += Buffer.from(piece).toString();
    })();
    await until("what is kept", () => seen.includes('"Agent serves"'));
    seen = "";
    await ask("other", "Follow this.");
    await until("the new lines", () => seen.includes('"Turn answered"'));
    expect(seen).not.toContain('"helper"');
    follower.kill("SIGINT");
    expect(await follower.exited).toBe(0);
    await reading;
  });

  test("has a level that is changed while it runs", async () => {
    expect(await command("log-level")).toMatchObject({ code: 0, stdout: "info\n" });
    expect(await command("log-level", "error")).toMatchObject({ code: 0, stdout: "error\n" });
    await ask("other", "Nobody hears this.");
    const quiet = await command("logs", "--json", "-n", "1");
    expect(await command("log-level", "info")).toMatchObject({ code: 0, stdout: "info\n" });
    expect(quiet.stdout).not.toContain("Turn answered");
    expect(await command("log-level", "loud")).toMatchObject({ code: 2 });
  });
});

describe("over HTTP", () => {
  test("the runtime is healthy and ready, and what is not there is 404", async () => {
    expect(await (await http("/healthz")).json()).toEqual({ healthy: true });
    const ready = await http("/readyz");
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true }]);
    expect((await http("/")).status).toBe(404);
    expect((await http("/metrics", { method: "POST", body: "x" })).status).toBe(405);
  });

  test("an agent that was told to stop is no reason for not being ready", async () => {
    expect((await command("stop", "helper")).code).toBe(0);
    expect((await http("/readyz")).status).toBe(200);
  });

  test("figures are those of the agents", async () => {
    await ask("other", "Count this.");
    await ask("other", "");
    const response = await http("/metrics");
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^muster_prompts_total\{agent="other"\} \d+$/m);
    expect(text).toMatch(/^muster_errors_total\{agent="other",error="empty_prompt"\} 1$/m);
    expect(text).toMatch(/^muster_model_calls_total\{agent="other",model="local",outcome="ok"\} \d+$/m);
    expect(text).toMatch(/^muster_tokens_total\{agent="other",model="local",direction="out"\} \d+$/m);
    expect(text).toMatch(/^muster_turns_total\{agent="other",outcome="ok"\} \d+$/m);
    expect(text).toMatch(/^muster_first_text_seconds_count\{agent="other"\} \d+$/m);
    expect(text).toMatch(/^muster_agent_restarts_total\{agent="helper"\} [1-9]$/m);
    expect(text).toContain("muster_bus_connected 1\n");
    expect(text).toContain(`muster_memory_limit_bytes ${4 * 1024 ** 3}\n`);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

test("what memory holds after a collection is told over the control socket", async () => {
  const memory = await askRuntime(muster.stateDirectory, { op: "collect" }, 10_000);
  if (!isCollectedMemory(memory)) throw new Error(`Found ${JSON.stringify(memory)}`);
  expect(memory.heapBytes).toBeGreaterThan(1e6);
  expect(memory.rssBytes).toBeGreaterThan(memory.heapBytes);
  expect(memory.types["Function"]).toBeGreaterThan(100);
  expect(memory.types["UnlinkedFunctionCodeBlock"]).toBeLessThan(500);
});

test("a runtime that has come to rest gives back what its start took, and answers as before", async () => {
  const fresh = await startMuster({ manifest: manifest("4GB", "fresh") });
  try {
    const { rssBytes } = await fresh.status();
    await until("memory to be given back", async () => (await fresh.status()).rssBytes < rssBytes - 4e6);
    model.script("scripted", { text: "Yes." });
    const answer = await caller.prompt("agents.prompt.muster.fresh.other", "Hello?").done;
    expect(answer.text()).toBe("Yes.");
  } finally {
    await fresh.stop();
  }
});

test("a runtime above its memory limit refuses prompts with the reason, and says so, until a reload gives it more", async () => {
  const small = await startMuster({ manifest: manifest("32MB", "small") });
  try {
    const prompt = () => caller.prompt("agents.prompt.muster.small.other", "Hello?").done;
    const refused = await prompt();
    expect(refused.error()).toMatchObject({
      code: "429",
      error: "busy",
      message: "The runtime is at its memory limit of 32MB; try again later",
      retry_after_s: 5,
    });
    const status = await small.status();
    expect(status.memory).toEqual({ limitBytes: 32 * 1024 ** 2, state: "full" });
    expect((await fetch(`http://${status.http?.listen ?? ""}/readyz`)).status).toBe(503);
    expect(small.log().match(/Memory is at its limit/g)).toHaveLength(1);
    await writeFile(join(small.folder, "agents.yaml"), manifest("8GB", "small"));
    await until("the new limit", async () => (await small.status()).memory?.state === "ok");
    model.script("scripted", { text: "Yes." });
    expect((await prompt()).text()).toBe("Yes.");
  } finally {
    await small.stop();
  }
});
