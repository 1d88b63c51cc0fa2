// Triggers by time and by NATS subjects, their answers on NATS subjects and in files, with a real server that comes and goes.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { runsOf } from "../../support/runs-of.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

let nats: RunningNatsServer;
let model: ScriptedModel;
let muster: RunningMuster;
let outside: NatsConnection;
const heard: { readonly subject: string; readonly text: string; readonly id: string | undefined }[] = [];

const manifest = (natsUrl: string, modelUrl: string) => `
identity: { owner: test }
nats: { servers: ["${natsUrl}"] }
models:
  local: { provider: ollama, url: "${modelUrl}", model: "m?tokens=2" }
  slow: { provider: ollama, url: "${modelUrl}", model: "s?tokens=40&delayMs=50" }
defaults: { model: local, instructions: You answer., heartbeat: 1s }
agents:
  ticker:
    triggers:
      second: { every: 1s, prompt: "What of {{time}}?", deliver: { nats: plant.summary } }
  alarms:
    triggers:
      alarm: { subject: plant.alarm.*, prompt: "Alarm on {{subject}}: {{payload.text}}", deliver: { nats: plant.explained } }
  reports:
    triggers:
      intake: { file: in, pattern: "*.txt", settle: 300ms, prompt: "Sum up {{name}}: {{payload}}", deliver: { file: "out/{{run}}.md" } }
  signed:
    callers: { trust: signed }
    triggers:
      beat: { every: 1s, prompt: Still there? }
  slow: { model: slow, triggers: { long: { subject: plant.long, overlap: skip } } }
`;

beforeAll(async () => {
  nats = await startNatsServer({ jetstream: true });
  model = startScriptedModel();
  muster = await startMuster({ manifest: manifest(nats.url, model.url) });
  outside = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  for (const subject of ["plant.summary", "plant.explained"]) {
    outside.subscribe(subject, {
      callback: (_error, message) =>
        void heard.push({ subject: message.subject, text: message.string(), id: message.headers?.get("Nats-Msg-Id") }),
    });
  }
  await outside.flush();
});

afterAll(async () => {
  await outside.close();
  await muster.stop();
  await model.stop();
  await nats.stop();
});

function heardOn(subject: string) {
  return heard.filter((message) => message.subject === subject);
}

test("a trigger by time runs, is answered on its subject, is told and counted", async () => {
  await until("two answers", () => heardOn("plant.summary").length >= 2);
  expect(heardOn("plant.summary")[0]?.text).toBe("word word ");
  const runs = await runsOf(muster, "ticker");
  expect(runs.length).toBeGreaterThanOrEqual(2);
  expect(runs[0]).toMatchObject({
    state: "done",
    kind: "every",
    trigger: "second",
    answer: "word word ",
    delivery: "delivered",
  });
  const [agent] = (await muster.status()).agents;
  expect(agent?.triggers).toMatchObject([{ name: "second", kind: "every" }]);
  expect(agent?.requests).toBeGreaterThanOrEqual(2);
  const { stdout } = await muster.command(["status"]);
  expect(stdout).toMatch(/^ticker +second +every +20\d\d-/m);
  const { stdout: table } = await muster.command(["runs", "ticker", "--last", "1"]);
  expect(table).toMatch(/ticker +second +done +\d+\.\d s +(delivered|pending)? +word word/);
});

test("an agent that serves signed prompts only runs its own triggers", async () => {
  await until("a run", async () => (await runsOf(muster, "signed")).some(({ state }) => state === "done"));
});

test("each message of a subject starts one run with its content, which is read once", async () => {
  outside.publish("plant.alarm.l3", JSON.stringify({ text: "Too hot {{subject}} {{payload}}" }));
  await until("the answer", () => heardOn("plant.explained").length === 1);
  const asked = model.received.chats().map(({ body }) => JSON.stringify(body));
  expect(asked.some((text) => text.includes("Alarm on plant.alarm.l3: Too hot {{subject}} {{payload}}"))).toBe(true);
  const [run] = await runsOf(muster, "alarms");
  expect(run).toMatchObject({ state: "done", event: "plant.alarm.l3" });
});

test("the answer is in the job store, too, by the run's id", async () => {
  const [run] = await runsOf(muster, "alarms");
  const { stdout } = await muster.command(["jobs", "show", String(run?.["id"]), "--server", nats.url]);
  expect(stdout).toContain("word word");
});

test("messages that come while a run goes on are skipped where that is wanted", async () => {
  outside.publish("plant.long", "One");
  await until("the run", async () => (await runsOf(muster, "slow")).some(({ state }) => state === "running"));
  outside.publish("plant.long", "Two");
  await until("the skip", async () => (await runsOf(muster, "slow")).some(({ state }) => state === "skipped"));
});

test("a new file starts a run once it is whole, and its answer is a file", async () => {
  const folder = join(muster.folder, "in");
  expect((await muster.status()).agents.find(({ name }) => name === "reports")?.reason).toContain(
    'trigger "intake": The folder',
  );
  await mkdir(folder);
  await until("the folder to be watched", async () => {
    const agent = (await muster.status()).agents.find(({ name }) => name === "reports");
    return agent?.reason === undefined;
  });
  await writeFile(join(folder, "half.part"), "not whole");
  await writeFile(join(folder, "one.txt"), "First line\n");
  await until("the run", async () =>
    (await runsOf(muster, "reports")).some(({ delivery }) => delivery === "delivered"),
  );
  const runs = await runsOf(muster, "reports");
  expect(runs.map(({ event }) => event)).toEqual(["one.txt"]);
  expect(await readFile(join(muster.folder, "out", `${String(runs[0]?.["id"])}.md`), "utf8")).toBe("word word \n");
});

test("while the server is away runs go on, and once it is back each answer arrives", async () => {
  await nats.kill();
  const before = (await runsOf(muster, "ticker")).length;
  await until("runs without a server", async () => (await runsOf(muster, "ticker")).length >= before + 3);
  await nats.restart();
  await until(
    "every answer to be delivered",
    async () => {
      const runs = await runsOf(muster, "ticker");
      return runs.slice(0, before + 3).every(({ delivery }) => delivery === "delivered");
    },
    30_000,
  );
  const ids = new Set(heardOn("plant.summary").map(({ id }) => id));
  const done = (await runsOf(muster, "ticker")).filter(({ delivery }) => delivery === "delivered");
  expect(done.filter(({ id }) => !ids.has(String(id)))).toEqual([]);
});

test("without a runtime the runs are told from what was kept, with a word on that", async () => {
  await muster.terminate();
  const { stdout, stderr, code } = await muster.command(["runs", "alarms", "--last", "5"]);
  expect(code).toBe(0);
  expect(stderr).toContain("No runtime runs");
  expect(stdout).toContain("plant.alarm.l3");
  await muster.restart();
});
