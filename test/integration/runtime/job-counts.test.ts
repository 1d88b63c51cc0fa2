// How many jobs wait, run and have ended, as `status` and `/metrics` show them.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { freePort } from "../../support/free-port.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

let model: ScriptedModel;
let muster: RunningMuster;
let httpPort: number;

beforeAll(async () => {
  model = startScriptedModel();
  httpPort = await freePort();
  muster = await startMuster({
    manifest: `
identity: { owner: test }
nats: { embedded: { port: 0 } }
http: { listen: "127.0.0.1:${httpPort}" }
models:
  local: { provider: ollama, url: "${model.url}", model: "m?tokens=2" }
  refusing: { provider: ollama, url: "${model.url}", model: "r?status=400" }
  hanging: { provider: ollama, url: "${model.url}", model: "h?hang=true" }
defaults: { instructions: You answer. }
agents:
  helper: { model: local }
  broken: { model: refusing }
  busy: { model: hanging, concurrency: 1 }
`,
  });
});

afterAll(async () => {
  await muster.stop();
  await model.stop();
});

function submit(agent: string, ...options: string[]) {
  return muster.command(["submit", agent, "Well?", "--tries", "1", ...options]);
}

test("jobs that wait, run, are done and are set aside are counted for each agent", async () => {
  expect((await submit("helper", "--wait")).code).toBe(0);
  expect((await submit("broken", "--wait")).code).toBe(1);
  await submit("busy");
  await submit("busy");
  await submit("busy");
  const none = { waiting: 0, running: 0, done: 0, failed: 0, expired: 0 };
  await until(
    "the counts of all agents",
    async () => {
      const jobs = Object.fromEntries((await muster.status()).agents.map(({ name, jobs: counts }) => [name, counts]));
      return Bun.deepEquals(jobs, {
        helper: { ...none, done: 1 },
        broken: { ...none, failed: 1 },
        busy: { ...none, waiting: 2, running: 1 },
      });
    },
    20_000,
  );
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  expect(text).toContain('muster_jobs_waiting{agent="busy"} 2\n');
  expect(text).toContain('muster_jobs_running{agent="busy"} 1\n');
  expect(text).toContain('muster_jobs_ended_total{agent="helper",state="done"} 1\n');
  expect(text).toContain('muster_jobs_ended_total{agent="broken",state="failed"} 1\n');
  expect((await muster.command(["status"])).stdout).toMatch(/^busy +ready .* 2 waiting, 1 running /m);
});
