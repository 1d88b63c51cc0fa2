// Our process is killed in the middle of what a turn does beside answering: a tool at work, a summary, a delivery. What was kept is there, nothing of
// it is there in half, and nothing is done again that nobody asked for again.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonRecord, jsonRecords } from "../../support/json-record.ts";
import type { RunningMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { runsOf } from "../../support/runs-of.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

const { nats, model, caller, close } = await openScriptedBus();
const folder = scratchFolder();
const startInTest = mustersOfTests();
const noted = join(folder, "noted");

afterAll(close);

async function start(keys: string): Promise<RunningMuster> {
  const muster = await startInTest({
    manifest: `
identity: { owner: kill }
nats: { servers: ["${nats.url}"] }
models: { scripted: { provider: ollama, url: "${model.url}", model: scripted, context: 8192 } }
agents:
  helper:
    model: scripted
    instructions: You help.
    ${keys}
`,
  });
  return muster;
}

const ask = (text: string) =>
  caller.prompt("agents.prompt.muster.kill.helper", JSON.stringify({ prompt: text, session: "shift" }));

/** What was said in the kept turns of the conversation, a line each. */
async function kept(muster: RunningMuster): Promise<string[][]> {
  const { stdout } = await muster.command(["conversations", "export"]);
  if (stdout === "") return [];
  return jsonRecords(jsonRecord(stdout)["history"]).map((turn) =>
    jsonRecords(turn["messages"]).map(({ text }) => String(text)),
  );
}

async function killAndRestart(muster: RunningMuster): Promise<void> {
  await muster.kill();
  await muster.restart();
}

test("a tool at work: it ends and is not run again, its turn is not kept, and the conversation goes on from before", async () => {
  const tool = `{ type: command, description: Notes., command: [sh, -c, "echo $$ >>${noted}; sleep 600"], parameters: { type: object, properties: {} }, timeout: 20m, allow_unauthenticated: true }`;
  const muster = await start(`tools: { note: ${tool} }`);
  model.script("scripted", { steps: [{ text: "One." }, { calls: [{ name: "note", input: {} }] }, { text: "Three." }] });
  expect((await ask("first").done).text()).toBe("One.");
  const broken = ask("second");
  await until("the tool to be at work", () => existsSync(noted));
  await killAndRestart(muster);
  broken.stop();
  expect(await kept(muster)).toEqual([["first", "One."]]);
  expect((await ask("third").done).text()).toBe("Three.");
  expect(await kept(muster)).toEqual([
    ["first", "One."],
    ["third", "Three."],
  ]);
  const [pid, ...others] = readFileSync(noted, "utf8").trim().split("\n");
  expect(others).toEqual([]);
  await until("the tool's program to be gone", () => !existsSync(`/proc/${pid}/cmdline`));
});

test("a summary: no turn is lost, and the next one makes it again", async () => {
  const muster = await start("memory: { keep_turns: 2, summarise: true }");
  model.script("scripted", { steps: [{ text: "One." }, { text: "Two." }, { text: "Three." }, { hang: true }] });
  const before = model.received.chats().length;
  for (const text of ["first", "second", "third"]) await ask(text).done;
  await until("the summary to be asked for", () => model.received.chats().length >= before + 4);
  await killAndRestart(muster);
  const all = [
    ["first", "One."],
    ["second", "Two."],
    ["third", "Three."],
  ];
  expect(await kept(muster)).toEqual(all);
  model.script("scripted", { steps: [{ text: "Four." }, { text: "They counted." }] });
  expect((await ask("fourth").done).text()).toBe("Four.");
  const turns = await until("the summary", async () => {
    const found = await kept(muster);
    return JSON.stringify(found).includes("They counted.") && found;
  });
  expect(turns.at(-1)).toEqual(["fourth", "Four."]);
});

test("a delivery that waits: it is made once by the process after", async () => {
  const muster = await start(`triggers: { alarm: { subject: plant.alarm, deliver: { nats: plant.explained } } }`);
  model.script("scripted", { text: "The door." });
  await caller.nats.flush();
  caller.nats.publish("plant.alarm", "E17");
  await until("the answer to wait", async () => (await runsOf(muster)).some(({ delivery }) => delivery === "pending"));
  const heard: string[] = [];
  await muster.kill();
  const hearing = caller.nats.subscribe("plant.explained", {
    callback: (_error, message) => void heard.push(`${message.headers?.get("Nats-Msg-Id") ?? ""} ${message.string()}`),
  });
  await caller.nats.flush();
  await muster.restart();
  const [run] = await until("the delivery", async () => {
    const runs = await runsOf(muster);
    return runs.every(({ delivery }) => delivery === "delivered") && runs;
  });
  expect(heard).toEqual([`${String(run?.["id"])} The door.`]);
  hearing.unsubscribe();
});
