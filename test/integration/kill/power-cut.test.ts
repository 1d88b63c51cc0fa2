// The power goes, again and again, while jobs come and are done, an agent that remembers and counts is asked, triggers run, files change and backups are
// made: it starts again, and nothing that was said to be kept is lost. `MUSTER_POWER_CUTS=200` runs the long form.

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
import { clerkOf, KeptTurns } from "./kept-turns.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";

const rounds = Number(process.env["MUSTER_POWER_CUTS"] ?? 20);
const limitMs = 120_000 + rounds * 30_000;

describe.if(mayRun("power cuts", powerCutDiskMissing()))("power cuts", () => {
  const stack = new AsyncDisposableStack();
  let disk: PowerCutDisk;
  let muster: RunningMuster;
  let client: OutsideSubmitter;
  let files: KeptFiles;
  let turns: KeptTurns;

  beforeAll(async () => {
    disk = stack.adopt(await makePowerCutDisk(), (one) => one.dispose());
    const scratch = stack.adopt(await mkdtemp(join(tmpdir(), "muster-cut-")), (path) => rm(path, { recursive: true }));
    const model = stack.use(startScriptedModel());
    const port = await freePort();
    muster = stack.adopt(await startMuster({ manifest: manifest(port, model), parent: disk.path }), (one) =>
      one.stop(),
    );
    const url = `nats://127.0.0.1:${port}`;
    client = stack.adopt(await OutsideSubmitter.connect(url, "muster.cut"), (one) => one.close());
    turns = stack.adopt(await KeptTurns.begin({ muster, model, url, owner: "cut" }), (one) => one.close());
    await mkdir(join(muster.folder, "agents.d"));
    files = new KeptFiles({
      program: fromSource,
      state: muster.stateDirectory,
      manifest: join(muster.folder, "agents.yaml"),
      scratch,
    });
  }, 60_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  test(
    `${rounds} times: it starts again, files are as they were said to be, and each acknowledged job has exactly one result`,
    async () => {
      const over = new AbortController();
      const acknowledged: string[] = [];
      const submitting = [submit("a", acknowledged, over.signal), submit("b", acknowledged, over.signal)];
      for (let round = 0; round < rounds; round++) {
        const work = new AbortController();
        const changing = files.change(work.signal);
        const asking = turns.ask(work.signal);
        await someWork(acknowledged, round);
        await Bun.sleep(Math.random() * 700);
        await cutPower();
        work.abort();
        await Promise.all([changing, asking]);
        await disk.restore();
        await files.check();
        await muster.restart();
        await turns.check();
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
      expect(turns.answered()).toBeGreaterThan(rounds * 3);
      expect(turns.ticks()).toBeGreaterThan(rounds);
      console.log(
        `${rounds} power cuts: ${acknowledged.length} jobs, ${turns.answered()} turns, ${turns.ticks()} ticks, ${files.changes()} changes of files and backups`,
      );
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
    const [jobs, changes, answered] = [acknowledged.length, files.changes(), turns.answered()];
    await until("jobs to be acknowledged", () => acknowledged.length > jobs + 3);
    await until("turns to be answered", () => turns.answered() > answered + 3);
    if (round % 4 === 0) await until("a file to be changed", () => files.changes() > changes);
  }

  async function submit(name: string, acknowledged: string[], over: AbortSignal): Promise<void> {
    for (let index = 0; !over.aborted; index++) {
      await client.submit("worker", `${name}-${index}`, `Do ${name}-${index}`);
      acknowledged.push(`${name}-${index}`);
      await Bun.sleep(30);
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

function manifest(port: number, model: ScriptedModel): string {
  const clerk = clerkOf(model);
  return `
identity: { owner: cut }
nats: { mode: embedded, embedded: { port: ${port} } }
endpoints:
  scripted: { provider: ollama, url: "${model.url}", parallel: 4 }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3&delayMs=5" }
  ${clerk.models}
agents:
  worker: { model: worker, concurrency: 4 }
  ${clerk.agents}
`;
}
