// How much an idle runtime wears a memory card: what it and its NATS server have written to a real disk, at rest and for each turn.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { carriedPart } from "../../../src/host/carried-parts.ts";
import { folderOnDisk, writtenByAll } from "../../support/disk-writes.ts";
import { mayRun } from "../../support/may-run.ts";
import { startMuster } from "../../support/muster.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";

const folder = folderOnDisk();
const missing =
  folder === undefined
    ? "no disk here counts what is written to it"
    : carriedPart("nats-server") === undefined
      ? 'nats-server is not packed: run "npm test"'
      : undefined;
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const megabyte = 1024 ** 2;
const turns = 10;
const restS = 15;

test.if(mayRun("the count of writes", missing))(
  "ten agents with one turn a minute write no more than 50 MB a day, and a job costs less than 128 KB",
  async () => {
    await using model = startScriptedModel();
    const agents = Array.from({ length: 10 }, (_, at) => `  a${at}: {}`).join("\n");
    const muster = await startMuster({
      manifest: `
identity: { owner: writes }
nats: { mode: embedded, embedded: { port: 0 } }
endpoints: { m: { provider: ollama, url: "${model.url}" } }
models: { scripted: { endpoint: m, model: scripted } }
defaults: { model: scripted, instructions: Be short. }
agents:
${agents}
`,
      stateDirectory: join(folder ?? "", "state"),
    });
    const written = () => writtenByAll(muster.pid());
    const submit = (agent: string) => muster.command(["submit", agent, "Hello?", "--wait"]);
    expect((await submit("a0")).code).toBe(0);

    const atStart = await written();
    for (let at = 0; at < turns; at++)
      expect((await muster.command(["ask", `a${at}`, "--session", "watch", "Hello?"])).code).toBe(0);
    const afterTurns = await written();
    await Bun.sleep(restS * 1_000);
    const afterRest = await written();
    for (let at = 0; at < turns; at++) expect((await submit(`a${at}`)).code).toBe(0);
    const afterJobs = await written();
    await muster.stop();

    const turnBytes = (afterTurns - atStart) / turns;
    const perDay = ((afterRest - afterTurns) / restS) * 86_400 + turnBytes * 24 * 60;
    const perJob = (afterJobs - afterRest) / turns;
    console.log(`written: ${(perDay / megabyte).toFixed(1)} MB a day, ${(perJob / 1024).toFixed(0)} KB a job`);
    expect(perDay).toBeLessThanOrEqual(50 * megabyte);
    expect(perJob).toBeGreaterThan(0);
    expect(perJob).toBeLessThan(128 * 1024);
  },
  120_000,
);
