// Jobs under SIGKILL: what was acknowledged to an outside client has exactly one result, whoever died. `MUSTER_KILL_JOBS=1000` runs the long form.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { descendantsWith } from "../../support/child-processes.ts";
import { freePort } from "../../support/free-port.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { until } from "../../support/until.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";

const jobs = Number(process.env["MUSTER_KILL_JOBS"] ?? 50);
const limitMs = 120_000 + jobs * 1_000;
const pauseMs = 1_500;

let modelPort: number;
let model: Bun.Subprocess;
let muster: RunningMuster;
let client: OutsideSubmitter;

beforeAll(async () => {
  const busPort = await freePort();
  modelPort = await freePort();
  startModel();
  muster = await startMuster({ manifest: manifest(busPort) });
  client = await OutsideSubmitter.connect(`nats://127.0.0.1:${busPort}`, "muster.kill");
});

afterAll(async () => {
  await client.close();
  await muster.stop();
  model.kill();
  await model.exited;
});

test(
  `${jobs} jobs while our process, nats-server and the model are killed in turn: each acknowledged one has exactly one result`,
  async () => {
    await until("the store", () =>
      client.watchResults().then(
        () => true,
        () => false,
      ),
    );
    const acknowledged: string[] = [];
    const submitting = submitAll(acknowledged);
    const kills = await killInTurn(() => client.ids().size < jobs);
    await submitting;
    await until("every result", () => acknowledged.every((id) => client.stored(id).length > 0), limitMs);
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(acknowledged).toHaveLength(jobs);
    const wrong = acknowledged.filter((id) => {
      const [only, ...others] = client.stored(id);
      return others.length > 0 || only?.state !== "done" || only.text !== "word word word ";
    });
    expect(wrong.map((id) => [id, client.stored(id)])).toEqual([]);
    expect(client.ids().size).toBe(jobs);
  },
  limitMs + 60_000,
);

/** Four at a time, as clients that know nothing of each other. */
async function submitAll(acknowledged: string[]): Promise<void> {
  const ids = Array.from({ length: jobs }, (_, index) => `job-${index}`);
  const submitter = async (): Promise<void> => {
    for (let id = ids.shift(); id !== undefined; id = ids.shift()) {
      await client.submit("worker", id, `Do ${id}`);
      acknowledged.push(id);
    }
  };
  await Promise.all([submitter(), submitter(), submitter(), submitter()]);
}

/** One after the other, each at least once; then as long as there is work, and at most one for ten jobs. */
async function killInTurn(isWorkLeft: () => boolean): Promise<number> {
  const victims = [killMuster, killNats, killModel];
  let kills = 0;
  while (kills < victims.length || (isWorkLeft() && kills < jobs / 10)) {
    await Bun.sleep(pauseMs);
    await victims[kills % victims.length]?.();
    kills += 1;
  }
  return kills;
}

async function killMuster(): Promise<void> {
  await muster.kill();
  await muster.restart();
}

async function killNats(): Promise<void> {
  for (const pid of await descendantsWith(muster.pid(), "nats-server")) process.kill(pid, "SIGKILL");
  await until("a bus that is back", async () => (await muster.status()).bus.state === "connected");
}

async function killModel(): Promise<void> {
  model.kill("SIGKILL");
  await model.exited;
  await Bun.sleep(500);
  startModel();
}

function startModel(): void {
  const program = join(root, "test", "support", "scripted-model.ts");
  model = Bun.spawn([process.execPath, program, "--port", `${modelPort}`], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
}

function manifest(busPort: number): string {
  return `
identity: { owner: kill }
nats: { mode: embedded, embedded: { port: ${busPort} } }
endpoints:
  scripted: { provider: ollama, url: "http://127.0.0.1:${modelPort}", parallel: 4 }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3&delayMs=150" }
agents:
  worker: { model: worker, concurrency: 4 }
`;
}
