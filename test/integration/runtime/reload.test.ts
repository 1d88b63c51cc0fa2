import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nkeys } from "@nats-io/transport-node";
import type { AgentStatus } from "../../../src/runtime/control-protocol.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { rawCaller } from "../../support/raw-caller.ts";
import { runProgram } from "../../support/run-program.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

const subjectOf = (name: string) => `agents.prompt.muster.test.${name}`;
const agent = (name: string, text = "Be kind.") =>
  `agents:\n  ${name}: { model: local, instructions: "${text}", concurrency: 4, heartbeat: 1s }\n`;

function manifest(agents: string): string {
  return `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 8 }
models:
  local: { endpoint: scripted, model: scripted, context: 4096 }
${agents}`;
}

/** A runtime with the agent "keeper" in its main file. */
async function start(...runArguments: readonly string[]) {
  const muster = await startInTest({ manifest: manifest(agent("keeper")), runArguments });
  const dropIns = join(muster.folder, "agents.d");
  await mkdir(dropIns, { recursive: true });
  return {
    muster,
    dropIns,
    main: (text: string) => writeFile(join(muster.folder, "agents.yaml"), text),
    dropIn: (name: string, text: string) => writeFile(join(dropIns, name), text),
    agents: async () => (await muster.status()).agents.filter(({ state }) => state !== "draining"),
    untilAgents: (...names: readonly string[]) =>
      until(`the agents ${names.join(", ")}`, async () => {
        const agents = (await muster.status()).agents.filter(({ state }) => state === "ready");
        return (
          agents
            .map((one) => one.name)
            .toSorted()
            .join() === names.toSorted().join()
        );
      }),
  };
}

/** What is seen of it by the bus alone. */
async function psElsewhere(muster: RunningMuster): Promise<string> {
  const { url = "" } = (await muster.status()).bus;
  const state = join(muster.folder, "no-state");
  return (await runProgram([...fromSource, "ps", "--server", url, "--state", state])).stdout;
}

function idOf(agents: readonly AgentStatus[], name: string): string | undefined {
  return agents.find((one) => one.name === name)?.instanceId;
}

describe("a change of the manifest's files", () => {
  test("adds, replaces and drains within a second exactly what it says", async () => {
    const { dropIn, dropIns, agents, untilAgents } = await start();
    const keeper = idOf(await agents(), "keeper");
    const writtenAt = performance.now();
    await dropIn("a.yaml", agent("a"));
    await untilAgents("keeper", "a");
    expect(performance.now() - writtenAt).toBeLessThan(1_500);
    const first = idOf(await agents(), "a");
    await dropIn("a.yaml", agent("a", "Be brief."));
    await until("the replacement", async () => ![undefined, first].includes(idOf(await agents(), "a")));
    await rm(join(dropIns, "a.yaml"));
    await untilAgents("keeper");
    expect(idOf(await agents(), "keeper")).toBe(keeper);
  }, 30_000);

  test("that comes 20 times neither drops a stream of an agent that stays nor misses one of its beats", async () => {
    const { muster, dropIn, agents } = await start("--watch", "off");
    const keeper = idOf(await agents(), "keeper");
    const beats: number[] = [];
    const hear = caller.nats.subscribe("agents.hb.muster.test.keeper", {
      callback: () => void beats.push(performance.now()),
    });
    await caller.nats.flush();
    model.script("scripted", { tokens: 150, delayMs: 50 });
    const stream = caller.prompt(subjectOf("keeper"), "Go on.");
    await stream.until((answer) => answer.text() !== "");
    for (let round = 0; round < 20; round++) {
      await dropIn("a.yaml", agent("a", `Round ${round}.`));
      const result = await muster.command(["reload"]);
      expect(result.stderr).toBe("");
      expect(result.stdout).toBe(`${round === 0 ? "+ a  add" : "~ a  change"}\n= 1 the same\n`);
    }
    const answer = await stream.done;
    expect(answer.error()).toBeUndefined();
    expect(answer.text()).toBe("word ".repeat(150));
    hear.unsubscribe();
    const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? at));
    expect(beats.length).toBeGreaterThan(3);
    expect(Math.max(...gaps)).toBeLessThan(2_000);
    expect(idOf(await agents(), "keeper")).toBe(keeper);
  }, 60_000);

  test("that replaces an agent loses no prompt, finishes its turns and goes on with its conversations", async () => {
    const { muster, main } = await start("--watch", "off");
    model.script("scripted", { text: "Noted." });
    const ask = (prompt: string) => caller.prompt(subjectOf("keeper"), JSON.stringify({ prompt, session: "one" })).done;
    await ask("My name is Ada.");
    model.script("scripted", { tokens: 40, delayMs: 25 });
    const running = caller.prompt(subjectOf("keeper"), "Go on.");
    await running.until((answer) => answer.text() !== "");
    for (let round = 0; round < 5; round++) {
      await main(manifest(agent("keeper", `Be kind, round ${round}.`)));
      const [reloaded, answer] = await Promise.all([
        muster.command(["reload"]),
        caller.prompt(subjectOf("keeper"), "And now?").done,
      ]);
      expect(reloaded.stdout).toContain("~ keeper");
      expect(answer.error()).toBeUndefined();
    }
    expect((await running.done).text()).toBe("word ".repeat(40));
    model.script("scripted", { text: "Ada." });
    await ask("Who am I?");
    const body = JSON.stringify(model.received.requests.at(-1)?.body["messages"]);
    expect(body).toContain("My name is Ada.");
    expect(body).toContain("round 4");
  }, 60_000);

  test("that takes an agent away with its model lets its waiting turns be answered, too", async () => {
    const { dropIn, dropIns, muster, untilAgents } = await start();
    const own = `models:\n  own: { endpoint: scripted, model: own }\n`;
    await dropIn("a.yaml", `${own}agents:\n  a: { model: own, instructions: Hi., concurrency: 1, queue: 4 }\n`);
    await untilAgents("keeper", "a");
    model.script("own", { tokens: 20, delayMs: 50 });
    const streams = [caller.prompt(subjectOf("a"), "One"), caller.prompt(subjectOf("a"), "Two")];
    await until("both", async () => (await muster.status()).agents.find(({ name }) => name === "a")?.queued === 1);
    await rm(join(dropIns, "a.yaml"));
    await until("the drain", () => muster.log().includes("Agent drains"));
    for (const stream of streams) {
      const answer = await stream.done;
      expect(answer.error()).toBeUndefined();
      expect(answer.text()).toBe("word ".repeat(20));
    }
    await until("the end of its model", async () => (await muster.status()).endpoints[0]?.models.join() === "local");
  }, 30_000);

  test("that is wrong changes nothing, is shown, and is logged once", async () => {
    const { muster, dropIn, agents, untilAgents } = await start();
    await dropIn("a.yaml", agent("a"));
    await untilAgents("keeper", "a");
    const before = await agents();
    await dropIn("a.yaml", "agents:\n  a: { modell: local }\n");
    await until("the problem", async () => (await muster.status()).files.some(({ problems }) => problems.length > 0));
    const reload = await muster.command(["reload"]);
    expect(reload.code).toBe(1);
    expect(reload.stderr).toContain("modell");
    expect((await muster.command(["status"])).stdout).toContain("its last good form serves");
    expect((await muster.command(["ps"])).stderr).toContain("a.yaml");
    const elsewhere = await psElsewhere(muster);
    expect(elsewhere).toMatch(/ a +ready .* its file has problems: it serves as that last was$/m);
    expect(elsewhere).toMatch(/ keeper +ready .* \d+ *$/m);
    expect((await agents()).map(({ instanceId }) => instanceId)).toEqual(before.map(({ instanceId }) => instanceId));
    expect(
      muster
        .log()
        .split("\n")
        .filter((line) => line.includes("modell")),
    ).toHaveLength(1);
    await muster.kill();
    await muster.restart();
    expect((await agents()).map(({ name }) => name).toSorted()).toEqual(["a", "keeper"]);
    await dropIn("a.yaml", agent("a", "Well again."));
    await until("no problem", async () => (await muster.status()).files.every(({ problems }) => problems.length === 0));
    await until("the log of it", () => muster.log().includes("This file is good again"));
    expect(await psElsewhere(muster)).not.toContain("problems");
  }, 60_000);

  test("that takes the main file away leaves all as it is", async () => {
    const { muster, agents } = await start();
    const before = await agents();
    const file = join(muster.folder, "agents.yaml");
    await rename(file, `${file}.away`);
    await until("the problem", async () => (await muster.status()).files.some(({ problems }) => problems.length > 0));
    expect(await agents()).toMatchObject([{ name: "keeper", instanceId: idOf(before, "keeper") }]);
    await rename(`${file}.away`, file);
    await until("no problem", async () => (await muster.status()).files.every(({ problems }) => problems.length === 0));
  }, 30_000);

  test("is taken over at SIGHUP too, where nothing is watched", async () => {
    const { muster, dropIn, untilAgents } = await start("--watch", "off");
    await dropIn("a.yaml", agent("a"));
    process.kill(muster.pid(), "SIGHUP");
    await untilAgents("keeper", "a");
  }, 30_000);

  test("of a secret's file is taken over, and a secret that is gone leaves its agents as they are", async () => {
    const { muster, main, agents, untilAgents } = await start();
    const key = join(muster.folder, "key");
    await writeFile(key, "first-key\n");
    const text = manifest(agent("keeper")).replace("parallel: 8", 'parallel: 8, api_key: "${file:key}"');
    await main(text);
    model.script("scripted", { text: "Yes." });
    const sent = async () => {
      await caller.prompt(subjectOf("keeper"), "Hello?").done;
      return model.received.chats().at(-1)?.headers.get("authorization");
    };
    await until("the first key", async () => (await sent()) === "Bearer first-key");
    await writeFile(key, "second-key\n");
    await until("the second key", async () => (await sent()) === "Bearer second-key");
    await untilAgents("keeper");
    const before = idOf(await agents(), "keeper");
    await rm(key);
    await until("the problem", async () => (await muster.status()).files.some(({ problems }) => problems.length > 0));
    expect(idOf(await agents(), "keeper")).toBe(before);
    expect(await sent()).toBe("Bearer second-key");
  }, 60_000);
});

test("rotated NATS credentials are taken over while a stream goes on", async () => {
  const keys = [nkeys.createUser(), nkeys.createUser()];
  const users = keys.map((key) => `{ nkey: ${key.getPublicKey()} }`).join(", ");
  const own = await startNatsServer({
    config: `no_auth_user: anybody\nauthorization { users: [ { user: anybody, password: x }, ${users} ] }`,
  });
  const folder = await mkdtemp(join(tmpdir(), "muster-nkey-"));
  const file = join(folder, "user.nk");
  const seeds = keys.map((key) => new TextDecoder().decode(key.getSeed()));
  await writeFile(file, seeds[0] ?? "");
  const connect = `nats: { servers: ["${own.url}"], nkey_file: "${file}" }`;
  const muster = await startMuster({
    manifest: manifest(agent("keeper")).replace(/^nats: .*$/m, connect),
  });
  const there = await rawCaller(own.url);
  model.script("scripted", { tokens: 80, delayMs: 50 });
  const stream = there.prompt(subjectOf("keeper"), "Go on.");
  await stream.until((answer) => answer.text() !== "");
  await writeFile(file, seeds[1] ?? "");
  await until("the new connection", () => muster.log().includes("Reconnected to NATS"));
  const answer = await stream.done;
  expect(answer.error()).toBeUndefined();
  expect(answer.text()).toBe("word ".repeat(80));
  await there.close();
  await muster.stop();
  await own.stop();
  await rm(folder, { recursive: true });
}, 60_000);

describe("muster add and remove", () => {
  test("put a drop-in in place and away again, and say what the runtime did", async () => {
    const { muster, dropIns, untilAgents } = await start();
    const file = join(muster.folder, "line3.yaml");
    await writeFile(file, agent("line3"));
    const added = await muster.command(["add", file]);
    expect(added).toMatchObject({ code: 0 });
    expect(added.stdout).toContain("+ line3  add");
    await untilAgents("keeper", "line3");
    expect((await muster.command(["add", file])).stdout).toContain("says the same already");
    await writeFile(file, agent("line3", "Otherwise."));
    expect((await muster.command(["add", file])).stderr).toContain("--replace");
    expect((await muster.command(["add", "--replace", file])).stdout).toContain("~ line3  change");
    const removed = await muster.command(["remove", "line3"]);
    expect(removed.stdout).toContain("- line3  remove");
    expect(existsSync(join(dropIns, "line3.yaml"))).toBe(false);
  }, 60_000);

  test("replace nothing that is there and cannot be read", async () => {
    const { muster, dropIns } = await start();
    const file = join(muster.folder, "line3.yaml");
    await writeFile(file, agent("line3"));
    const path = join(dropIns, "line3.yaml");
    await symlink(join(muster.folder, "away.yaml"), path);
    const overLink = await muster.command(["add", file, "--replace"]);
    expect([overLink.code, overLink.stderr.includes(`Cannot read "${path}"`)]).toEqual([1, true]);
    expect(await readlink(path)).toBe(join(muster.folder, "away.yaml"));
    await rm(path);
    await mkdir(path);
    const overFolder = await muster.command(["add", file, "--replace"]);
    expect([overFolder.code, overFolder.stderr.includes(`Cannot read "${path}"`)]).toEqual([1, true]);
    expect((await stat(path)).isDirectory()).toBe(true);
  }, 60_000);

  test("refuse what does not fit the whole, and change nothing", async () => {
    const { muster, dropIn, dropIns, untilAgents } = await start();
    const file = join(muster.folder, "twice.yaml");
    await writeFile(file, agent("keeper"));
    const refused = await muster.command(["add", file]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('second definition of the agent "keeper"');
    expect(existsSync(join(dropIns, "twice.yaml"))).toBe(false);
    expect((await muster.command(["remove", "keeper"])).stderr).toContain("take it out there");
    expect((await muster.command(["remove", "nobody"])).stderr).toContain("known are keeper");
    await dropIn("two.yaml", `${agent("a")}${agent("b").replace("agents:\n", "")}`);
    await untilAgents("keeper", "a", "b");
    expect((await muster.command(["remove", "a"])).stderr).toContain("muster remove two.yaml");
    expect((await muster.command(["remove", "two.yaml"])).code).toBe(0);
    await untilAgents("keeper");
  }, 60_000);

  test("check shows against a runtime what files would change, and changes nothing", async () => {
    const { muster, agents } = await start();
    const next = join(muster.folder, "next.yaml");
    await writeFile(next, manifest(agent("other")));
    const plan = await muster.command(["check", "-f", next, "--against-running"]);
    expect(plan.stdout).toBe("+ other  add\n- keeper  remove\n= 0 the same\n");
    expect((await agents()).map(({ name }) => name)).toEqual(["keeper"]);
    expect((await muster.command(["check", "--against-running"])).stdout).toBe("= 1 the same\n");
  }, 60_000);
});
