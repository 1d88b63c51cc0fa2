// The power goes, again and again, while jobs come and are done, files change and backups are made: it starts again, and nothing that was said to be
// kept is lost. `MUSTER_POWER_CUTS=200` runs the long form.

import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsWith } from "../../support/child-processes.ts";
import { freePort } from "../../support/free-port.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { makePowerCutDisk, type PowerCutDisk, powerCutDiskMissing } from "../../support/power-cut-disk.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { KeptFiles } from "./kept-files.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";

const rounds = Number(process.env["MUSTER_POWER_CUTS"] ?? 20);
const limitMs = 120_000 + rounds * 30_000;

describe.if(mayRun("power cuts", powerCutDiskMissing()))("power cuts", () => {
  let disk: PowerCutDisk;
  let scratch: string;
  let model: ScriptedModel;
  let muster: RunningMuster;
  let client: OutsideSubmitter;
  let prompts: NatsConnection;
  let files: KeptFiles;

  beforeAll(async () => {
    disk = await makePowerCutDisk();
    scratch = await mkdtemp(join(tmpdir(), "muster-cut-"));
    model = startScriptedModel();
    const port = await freePort();
    muster = await startMuster({ manifest: manifest(port, model.url), parent: disk.path });
    const url = `nats://127.0.0.1:${port}`;
    client = await OutsideSubmitter.connect(url, "muster.cut");
    prompts = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    const folder = join(muster.folder, "agents.d");
    await mkdir(folder);
    files = new KeptFiles({
      program: fromSource,
      state: muster.stateDirectory,
      manifest: join(muster.folder, "agents.yaml"),
      scratch,
    });
  }, 60_000);
  afterAll(async () => {
    await prompts.close();
    await client.close();
    await muster.stop();
    await model.stop();
    await disk.dispose();
    await rm(scratch, { recursive: true });
  });

  test(
    `${rounds} times: it starts again, files are as they were said to be, and each acknowledged job has exactly one result`,
    async () => {
      const over = new AbortController();
      const acknowledged: string[] = [];
      const submitting = [submit("a", acknowledged, over.signal), submit("b", acknowledged, over.signal)];
      for (let round = 0; round < rounds; round++) {
        const work = new AbortController();
        const changing = files.change(work.signal);
        const prompting = prompt(work.signal);
        await someWork(acknowledged, round);
        await Bun.sleep(Math.random() * 700);
        await cutPower();
        work.abort();
        await Promise.all([changing, prompting]);
        await disk.restore();
        await files.check();
        await muster.restart();
      }
      over.abort();
      await Promise.all(submitting);
      await until("the store", () =>
        client.watchResults().then(
          () => true,
          () => false,
        ),
      );
      await until("every result", () => acknowledged.every((id) => client.stored(id).length > 0), 120_000);
      expect(acknowledged.filter((id) => client.stored(id).length > 1)).toEqual([]);
      expect(acknowledged.filter((id) => client.stored(id)[0]?.text !== "word word word ")).toEqual([]);
      expect(files.changes()).toBeGreaterThanOrEqual(rounds / 4);
      expect(muster.log()).not.toMatch(/cannot be read|is not Muster's|Internal error/);
      console.log(`${rounds} power cuts: ${acknowledged.length} jobs, ${files.changes()} changes of files and backups`);
    },
    limitMs,
  );

  /** Every process at once, the server first: it must not be told to end by the end of ours. Then the disk. */
  async function cutPower(): Promise<void> {
    const pids = [...(await descendantsWith(muster.pid(), "")), muster.pid(), ...files.pids()];
    for (const pid of pids) endAtOnce(pid);
    disk.cut();
    await muster.kill();
  }

  /** So that each round has something to lose, and the cut comes at another place each time. */
  async function someWork(acknowledged: readonly string[], round: number): Promise<void> {
    const [jobs, changes] = [acknowledged.length, files.changes()];
    await until("jobs to be acknowledged", () => acknowledged.length > jobs + 3);
    if (round % 4 === 0) await until("a file to be changed", () => files.changes() > changes);
  }

  async function submit(name: string, acknowledged: string[], over: AbortSignal): Promise<void> {
    for (let index = 0; !over.aborted; index++) {
      await client.submit("worker", `${name}-${index}`, `Do ${name}-${index}`);
      acknowledged.push(`${name}-${index}`);
      await Bun.sleep(30);
    }
  }

  async function prompt(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      prompts.publish("agents.prompt.muster.cut.worker", "Say something", { reply: `_INBOX.cut.${Math.random()}` });
      await Bun.sleep(40);
    }
  }
});

function endAtOnce(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function manifest(port: number, modelUrl: string): string {
  return `
identity: { owner: cut }
nats: { mode: embedded, embedded: { port: ${port} } }
endpoints:
  scripted: { provider: ollama, url: "${modelUrl}", parallel: 4 }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3&delayMs=5" }
agents:
  worker: { model: worker, concurrency: 4 }
`;
}
