import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMuster, type RunningMuster } from "../../support/muster.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";
import { until } from "../../support/until.ts";

const helper = "agents.prompt.muster.test.helper";
const other = "agents.prompt.muster.test.other";
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

const ask = async (subject: string) => await caller.prompt(subject, "Are you there?").done;

/** The agent `helper` stands on what is in `file`; `other` on nothing. */
async function start(file: string, text: string, keys: { readonly endpoint?: string; readonly agent?: string }) {
  model.script("scripted", { text: "Here I am." });
  await writeFile(file, text);
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
  locked: { provider: ollama, url: "${model.url}", parallel: 4${keys.endpoint ?? ""} }
models:
  local: { endpoint: scripted, model: scripted, context: 8192 }
  guarded: { endpoint: locked, model: scripted, context: 8192 }
agents:
  other: { model: local }
  chained: { model: [guarded, local] }
  helper: { model: ${keys.endpoint === undefined ? "local" : "guarded"}${keys.agent ?? ""} }
`;
  const muster = await startMuster({ manifest, acceptsDegraded: true });
  started.push(muster);
  const helperStatus = async () => (await muster.status()).agents.find(({ name }) => name === "helper");
  const isIn = (state: string) => until(`helper to be ${state}`, async () => (await helperStatus())?.state === state);
  await isIn("ready");
  return { muster, isIn, reason: async () => (await helperStatus())?.reason };
}

const cases: readonly [string, string, (file: string) => { endpoint?: string; agent?: string }, string][] = [
  ["an endpoint's key", "model_unreachable", (file) => ({ endpoint: `, api_key: "\${file:${file}}"` }), "api_key"],
  [
    "instructions",
    "configuration_missing",
    (file) => ({ agent: `, instructions_file: "${file}"` }),
    "instructions_file",
  ],
  [
    "a secret of a tool",
    "configuration_missing",
    (file) => ({
      agent: `, tools: { page: { type: http, allow: ["GET https://example.com/"], headers: { x-key: "\${file:${file}}" } } }`,
    }),
    "tools.page.headers.x-key",
  ],
];

describe.each(cases)("with %s away", (_title, error, keys, place) => {
  test("a restart degrades its agents alone, which serve again when it is back", async () => {
    const file = join(await mkdtemp(join(scratch, "case-")), "needed");
    const { muster, isIn, reason } = await start(file, "hush-hush-4711", keys(file));
    await muster.kill();
    await rename(file, `${file}.away`);
    await muster.restart();
    await isIn("degraded");
    expect(await reason()).toContain(`${place}: `);
    expect(await reason()).toContain(`"${file}": no such file`);
    expect((await ask(other)).text()).toBe("Here I am.");
    expect((await ask("agents.prompt.muster.test.chained")).text()).toBe("Here I am.");
    expect((await ask(helper)).error()).toMatchObject({ error });
    expect((await muster.status()).files[0]?.problems.join()).toContain(`"${file}": no such file`);
    await rename(`${file}.away`, file);
    await isIn("ready");
    expect((await ask(helper)).text()).toBe("Here I am.");
  });

  test("a reload leaves its agents as they are", async () => {
    const file = join(await mkdtemp(join(scratch, "case-")), "needed");
    const { muster, reason } = await start(file, "hush-hush-4711", keys(file));
    await rm(file);
    const reload = await muster.command(["reload"]);
    expect(reload.code).toBe(1);
    expect(`${reload.stdout}${reload.stderr}`).toContain(`"${file}": no such file`);
    expect(await reason()).toBeUndefined();
    expect((await ask(helper)).text()).toBe("Here I am.");
    const again = await muster.command(["reload"]);
    expect(`${again.stdout}${again.stderr}`).not.toContain("~ helper");
    expect((await ask(helper)).text()).toBe("Here I am.");
  });
});

test("no secret is written to the state directory", async () => {
  const file = join(await mkdtemp(join(scratch, "case-")), "needed");
  const { muster } = await start(file, "hush-hush-4711", { endpoint: `, api_key: "\${file:${file}}"` });
  const folder = join(muster.stateDirectory, "last-good");
  const kept = await Promise.all((await readdir(folder)).map((name: string) => readFile(join(folder, name), "utf8")));
  expect(kept.join()).toContain("api_key");
  expect(kept.join()).not.toContain("hush-hush-4711");
});
