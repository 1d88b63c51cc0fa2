import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const helper = "agents.prompt.muster.test.helper";
const { nats, model, caller, close } = await openScriptedBus();
const started: RunningMuster[] = [];
const scratch = await mkdtemp(join(tmpdir(), "muster-missing-"));

afterEach(async () => {
  for (const muster of started.splice(0)) await muster.stop();
});

afterAll(async () => {
  await close();
  await rm(scratch, { recursive: true, force: true });
});

/** The agent `helper` with these keys, beside one that needs nothing. */
async function start(keys: string) {
  model.script("scripted", { text: "Here I am." });
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
models:
  local: { endpoint: scripted, model: scripted, context: 8192 }
agents:
  other: { model: local }
  helper: { model: local, ${keys} }
`;
  const muster = await startMuster({ manifest, acceptsDegraded: true });
  started.push(muster);
  const isIn = (state: string) =>
    until(`helper to be ${state}`, async () =>
      (await muster.status()).agents.some((agent) => agent.name === "helper" && agent.state === state),
    );
  const reason = async () => (await muster.status()).agents.find(({ name }) => name === "helper")?.reason;
  return { muster, isIn, reason };
}

const ask = (subject: string) => caller.prompt(subject, "Are you there?").done;

describe("an agent whose folder is not there at the start", () => {
  test.each([
    ["files", (folder: string) => `tools: { docs: { type: files, root: "${folder}" } }`],
    [
      "command",
      (folder: string) =>
        `tools: { list: { type: command, description: Lists, command: [ls], cwd: "${folder}", allow_unauthenticated: true } }`,
    ],
  ])("is degraded alone, and serves once it is (%s)", async (_title, keys) => {
    const folder = join(await mkdtemp(join(scratch, "case-")), "disk");
    const { isIn, reason } = await start(keys(folder));
    await isIn("degraded");
    expect(await reason()).toContain(`there is no folder "${folder}"`);
    expect((await ask("agents.prompt.muster.test.other")).text()).toBe("Here I am.");
    expect((await ask(helper)).error()).toMatchObject({ error: "tool_unavailable" });
    await mkdir(folder);
    await isIn("ready");
    expect((await ask(helper)).text()).toBe("Here I am.");
    await rm(folder, { recursive: true });
    expect((await ask(helper)).error()).toMatchObject({ error: "tool_unavailable" });
    await isIn("degraded");
  });

  test("with skills in it is made anew when it comes, and knows them", async () => {
    const folder = join(await mkdtemp(join(scratch, "case-")), "disk");
    const { isIn, reason } = await start(`skills: "${folder}"`);
    await isIn("degraded");
    expect(await reason()).toContain(`folder "${folder}": no such folder`);
    await mkdir(join(folder, "pay"), { recursive: true });
    await writeFile(join(folder, "pay", "SKILL.md"), "---\nname: pay\ndescription: Pays.\n---\nPay.\n");
    await isIn("ready");
    await until("its skill to be offered", async () => {
      await ask(helper);
      return JSON.stringify(model.received.chats().at(-1)?.body["tools"] ?? "").includes("pay: Pays.");
    });
  });
});

test("a restart while a folder is away starts every agent", async () => {
  const folder = join(await mkdtemp(join(scratch, "case-")), "disk");
  await mkdir(folder);
  const { muster, isIn } = await start(`tools: { docs: { type: files, root: "${folder}" } }`);
  await isIn("ready");
  await muster.kill();
  await rm(folder, { recursive: true });
  await muster.restart();
  await isIn("degraded");
  expect((await ask("agents.prompt.muster.test.other")).text()).toBe("Here I am.");
});
