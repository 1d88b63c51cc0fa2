import { afterAll, expect, test } from "bun:test";
import type { RunningMuster } from "../../support/muster.ts";
import { mustersOfTests } from "../../support/musters-of-tests.ts";
import { openScriptedBus } from "../../support/scripted-bus.ts";

const { nats, model, caller, close } = await openScriptedBus();
const startInTest = mustersOfTests();

afterAll(close);

async function start(): Promise<RunningMuster> {
  model.script("scripted", { text: "Yes.", usage: { input: 60, output: 40 } });
  const manifest = `
identity: { owner: test }
nats: { servers: ["${nats.url}"] }
endpoints: { scripted: { provider: ollama, url: "${model.url}" } }
models: { local: { endpoint: scripted, model: scripted, context: 4096 } }
agents: { helper: { model: local }, other: { model: local } }
`;
  return startInTest({ manifest });
}

const ask = async (agent: string, session: string) => {
  await caller.prompt(`agents.prompt.muster.test.${agent}`, JSON.stringify({ prompt: "Well?", session })).done;
};

test("muster trace shows the latest turns of one agent or of all, and never what was said", async () => {
  const muster = await start();
  expect((await muster.command(["trace"])).stderr).toContain("No turn has ended");
  for (const session of ["one", "two", "three"]) await ask("helper", session);
  await ask("other", "four");
  await muster.untilIdle("other");

  const shown = await muster.command(["trace", "helper", "--last", "2"]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).not.toContain("one");
  expect(shown.stdout).toMatch(/helper {2}ok .* session two[^]*session three/);
  expect(shown.stdout).toContain("model local (ollama)  60 → 40 tokens");
  expect(shown.stdout).not.toContain("Yes.");

  const lines = (await muster.command(["trace", "--json"])).stdout.trim().split("\n");
  const turns = lines.map((line): unknown => JSON.parse(line));
  expect(turns).toHaveLength(4);
  expect(turns.at(-1)).toMatchObject({ agent: "other", session: "four", outcome: "ok", calls: [{ inputTokens: 60 }] });
});

test("muster trace names the agents there are when it is asked for another", async () => {
  const muster = await start();
  const asked = await muster.command(["trace", "helpr"]);
  expect(asked.code).not.toBe(0);
  expect(asked.stderr).toContain("helper");
  const limit = await muster.command(["trace", "--last", "many"]);
  expect(limit.stderr).toContain('Found --last "many"');
});
