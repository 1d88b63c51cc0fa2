// Two runtimes: one whose agents prompt and hand over to the other's.

import { afterAll, expect, test } from "bun:test";
import type { RunningMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import type { Script } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

async function start(owner: string, agents: string): Promise<RunningMuster> {
  const manifest = `
identity: { owner: ${owner} }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
models:
  ours: { endpoint: scripted, model: ours, context: 4096 }
  theirs: { endpoint: scripted, model: theirs, context: 4096 }
agents:
${agents}`;
  return startInTest({ manifest });
}

const front = `  front:
    model: ours
    tools:
      maintenance: { type: agent, match: { owner: theirs, name: maintenance } }
      over: { type: handoff, to: theirs/maintenance }
      fleet: { type: agents }
`;
const maintenance = "  maintenance: { model: theirs, description: Knows the presses }\n";
const subject = "agents.prompt.muster.ours.front";

async function both(ours: Script, theirs: Script): Promise<{ readonly remote: RunningMuster }> {
  model.script("ours", ours);
  model.script("theirs", theirs);
  const remote = await start("theirs", maintenance);
  await start("ours", front);
  return { remote };
}

const asks: Script = {
  steps: [{ calls: [{ name: "maintenance", input: { prompt: "Why E17?" } }] }, { text: "The door is open." }],
};

test("an agent asks another runtime's, reads its answer, and tells its caller how it goes", async () => {
  await both(asks, { text: "Guard door of press 3" });
  const answer = await caller.prompt(subject, "E17?").done;
  expect(answer.text()).toBe("The door is open.");
  expect(answer.statuses()).toContain("tool:maintenance");
  const told = JSON.stringify(model.received.chats().at(-1)?.body["messages"]);
  expect(told).toContain("Guard door of press 3");
}, 60_000);

test("an agent hands over: the answer is the other's, and its own model is not asked again", async () => {
  const { remote } = await both(
    { steps: [{ calls: [{ name: "over", input: { context: "He is at press 3" } }] }] },
    { text: "I am maintenance." },
  );
  const before = model.received.chats().length;
  const answer = await caller.prompt(subject, "Help me").done;
  expect(answer.text()).toBe("I am maintenance.");
  const asked = model.received.chats().slice(before);
  expect(asked).toHaveLength(2);
  expect(JSON.stringify(asked.at(-1)?.body["messages"])).toContain("Help me");
  expect(JSON.stringify(asked.at(-1)?.body["messages"])).toContain("He is at press 3");
  await until("the other's turn to be logged", () => remote.log().includes("Turn answered"));
}, 60_000);

test("two agents that hand over to each other come to an answer, though each serves one prompt at a time", async () => {
  const hands = { calls: [{ name: "over", input: {} }] };
  model.script("ours", { steps: [hands] });
  model.script("theirs", { steps: [hands, { text: "So I answer." }] });
  await start("theirs", "  back: { model: theirs, tools: { over: { type: handoff, to: ours/forth } } }\n");
  await start("ours", "  forth: { model: ours, tools: { over: { type: handoff, to: theirs/back } } }\n");
  const answer = await caller.prompt("agents.prompt.muster.ours.forth", "Hi").done;
  expect(answer.text()).toBe("So I answer.");
  expect(JSON.stringify(model.received.chats().at(-1)?.body["messages"])).toContain("waits for your answer");
}, 60_000);

test("a runtime that is killed in the middle of its answer is one failed call, told in seconds", async () => {
  const { remote } = await both(asks, { tokens: 10_000, delayMs: 50 });
  const before = model.received.chats().length;
  const stream = caller.prompt(subject, "E17?");
  await until("the other agent to be asked", () => model.received.chats().length >= before + 2);
  await Bun.sleep(1_000);
  await remote.kill();
  const killedMs = performance.now();
  const answer = await stream.done;
  expect(answer.text()).toBe("The door is open.");
  expect(answer.statuses()).toContain("tool_failed:maintenance");
  const toldMs = performance.now() - killedMs;
  expect(toldMs).toBeLessThan(10_000);
  expect(JSON.stringify(model.received.chats().at(-1)?.body["messages"])).toContain("gone in the middle of its answer");
}, 60_000);

test("a caller that leaves ends the other agent's turn, too", async () => {
  const { remote } = await both(asks, { tokens: 10_000, delayMs: 50 });
  const before = model.received.chats().length;
  const stream = caller.prompt(subject, "E17?");
  await until("the other agent to be asked", () => model.received.chats().length >= before + 2);
  stream.stop();
  await remote.untilIdle("maintenance", 20_000);
}, 60_000);
