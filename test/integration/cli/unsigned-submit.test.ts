// Jobs of a caller that cannot sign, for an agent that serves who signs.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";

let model: ScriptedModel;
let muster: RunningMuster;

beforeAll(async () => {
  model = startScriptedModel();
  model.script("scripted", { text: "Done." });
  muster = await startMuster({
    manifest: `
identity: { owner: test }
nats: { mode: embedded }
models: { local: { provider: ollama, url: "${model.url}", model: scripted, context: 8192 } }
defaults: { model: local }
agents:
  strict: { callers: { trust: signed } }
  open: {}
`,
  });
});

afterAll(async () => {
  await muster.stop();
  await model.stop();
});

test.each(["strict", "muster/test/strict"])("are not kept, and that is said at once: %s", async (address) => {
  const { code, stdout, stderr } = await muster.command(["submit", address, "Well?"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("The job was not kept: the agent serves callers that sign, and this connection has no NKEY");
  expect((await muster.command(["jobs"])).stdout).not.toContain("strict");
});

test.each(["open", "muster/test/open", "muster/test/away"])(
  "are kept where nobody asks for a signature, or nobody is there to ask: %s",
  async (address) => {
    expect((await muster.command(["submit", address, "Well?"])).code).toBe(0);
  },
);
