// The manifests of the pages on other agents, as they stand there, each doing what it is for. Only where model and bus are is another.

import { afterAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { jsonRecords } from "../../support/json-record.ts";
import type { Script, ScriptedCall } from "../../support/scripted-model/script.ts";

setDefaultTimeout(60_000);

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();
const ourModels = ["qwen3:1.7b", "qwen3:4b"];

beforeEach(async () => {
  const names = ["maintenance", "archive", "maintenance-2", "quality-1"];
  for (const name of names) model.script(name, { text: `I am ${name}.` });
  const agents = names.map((name) => `  ${name}: { model: ollama/${name}, description: "Is ${name}" }`);
  await start("plant", `agents:\n${agents.join("\n")}\n`);
});
afterAll(close);

async function start(owner: string, agents: string): Promise<void> {
  const places = `nats: { servers: ["${nats.url}"] }\nendpoints: { ollama: { provider: ollama, url: "${model.url}", parallel: 4 } }\n`;
  await startInTest({ manifest: `identity: { owner: ${owner} }\n${places}${agents}` });
}

/** Starts the page's manifest that has the agent, and asks it. Returns its answer, and what its model read, as JSON: in all, and at the end. */
async function asked(page: string, agent: string, steps: readonly Script[]) {
  const text = readFileSync(join(root, "docs", "tools", page), "utf8");
  const manifests = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, inside = ""]) => inside);
  const [manifest = "", ...others] = manifests.filter((one) => one.includes(`\n  ${agent}:\n`)).slice(-1);
  expect([manifest === "", others]).toEqual([false, []]);
  for (const name of ourModels) model.script(name, { steps });
  await start("ours", manifest);
  const answer = await caller.prompt(`agents.prompt.muster.ours.${agent}`, "E17 on press 3?").done;
  expect(answer.error()).toBeUndefined();
  const ours = model.received.chats().filter((one) => ourModels.includes(one.model));
  const messages = ours.length === 0 ? [] : jsonRecords(ours.at(-1)?.body["messages"]);
  return { text: answer.text(), read: JSON.stringify(messages), last: JSON.stringify(messages.at(-1)) };
}

const call = (name: string, input: ScriptedCall["input"]): Script => ({ calls: [{ name, input }] });

test("tools/agent.md: asks maintenance and the archive of the plant", async () => {
  const both = [
    { name: "maintenance", input: { prompt: "E17?" } },
    { name: "archive", input: { prompt: "E17 before?" } },
  ];
  const { text, read } = await asked("agent.md", "line-assistant", [{ calls: both }, { text: "Both were asked." }]);
  expect(text).toBe("Both were asked.");
  expect(read).toContain("I am maintenance.");
  expect(read).toContain("I am archive.");
});

test("tools/handoff.md: the answer is maintenance's own", async () => {
  const { text } = await asked("handoff.md", "reception", [call("maintenance", { context: "He is at press 3" })]);
  expect(text).toBe("I am maintenance.");
});

test("tools/agents.md: the supervisor discovers, prompts two at once, and knows of both", async () => {
  const prompt = (agent: string, wait: boolean) => ({
    name: "prompt_agent",
    input: { address: `agents.prompt.muster.plant.${agent}`, prompt: "E17?", wait },
  });
  const { text, read, last } = await asked("agents.md", "supervisor", [
    call("discover_agents", {}),
    { calls: [prompt("maintenance", false), prompt("quality-1", true)] },
    call("list_agent_calls", {}),
    { text: "Collected." },
  ]);
  expect(text).toBe("Collected.");
  expect(read).toContain("Is maintenance-2");
  expect(read).toContain("I am quality-1.");
  for (const agent of ["maintenance", "quality-1"]) expect(last).toContain(`agents.prompt.muster.plant.${agent}`);
});

test("tools/agents.md: the dispatcher finds whoever has a role", async () => {
  const both = [
    { name: "maintenance", input: { prompt: "E17?" } },
    { name: "quality", input: { prompt: "Parts?" } },
  ];
  const { text, read } = await asked("agents.md", "dispatcher", [{ calls: both }, { text: "Dispatched." }]);
  expect(text).toBe("Dispatched.");
  expect(read).toContain("I am maintenance-2.");
  expect(read).toContain("I am quality-1.");
});
