// SIGKILL of everything at once, and what was being written at that instant is torn: half a record, a page of zeros, a file that is empty. It
// starts again, and nothing acknowledged is lost. Runs on any machine; a disk that loses its power is in power-cut.test.ts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, closeSync, openSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { descendantsWith } from "../../support/child-processes.ts";
import { freePort } from "../../support/free-port.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";

const rounds = Number(process.env["MUSTER_POWER_CUTS"] ?? 8);
const limitMs = 120_000 + rounds * 30_000;

let model: ScriptedModel;
let muster: RunningMuster;
let client: OutsideSubmitter;

beforeAll(async () => {
  model = startScriptedModel();
  const port = await freePort();
  muster = await startMuster({ manifest: manifest(port, model.url) });
  client = await OutsideSubmitter.connect(`nats://127.0.0.1:${port}`, "muster.torn");
}, 60_000);
afterAll(async () => {
  await client.close();
  await muster.stop();
  await model.stop();
});

test(
  `${rounds} times everything is killed and torn: it starts again, and each acknowledged job has exactly one result`,
  async () => {
    const over = new AbortController();
    const acknowledged: string[] = [];
    const submitting = submit(acknowledged, over.signal);
    for (let round = 0; round < rounds; round++) {
      const before = acknowledged.length;
      await until("jobs to be acknowledged", () => acknowledged.length > before + 3);
      await Bun.sleep(Math.random() * 500);
      await killEverything();
      tear(muster.stateDirectory, round);
      await muster.restart();
    }
    over.abort();
    await submitting;
    await until("the store", () =>
      client.watchResults().then(
        () => true,
        () => false,
      ),
    );
    await until("every result", () => acknowledged.every((id) => client.stored(id).length > 0), 120_000);
    expect(acknowledged.filter((id) => client.stored(id).length > 1)).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(rounds);
  },
  limitMs,
);

/** The server first: it must not be told to end by the end of ours. Resolves when nothing runs any more that could write. */
async function killEverything(): Promise<void> {
  for (const pid of await descendantsWith(muster.pid(), "nats-server")) process.kill(pid, "SIGKILL");
  await muster.kill();
  await until("the server to have ended", () => carriedServers().every(isFree));
}

function carriedServers(): readonly string[] {
  const carried = join(muster.stateDirectory, "carried");
  const names = readdirSync(carried, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith("/nats-server")).map((name) => join(carried, name));
}

/** A program that runs cannot be opened for writing. */
function isFree(program: string): boolean {
  try {
    closeSync(openSync(program, "r+"));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ETXTBSY") return false;
    throw error;
  }
}

/** What was not flushed: the end of the newest block of each stream, files that are written anew, and what the executable carries. */
function tear(state: string, round: number): void {
  const tails = [Buffer.alloc(4096), crypto.getRandomValues(Buffer.alloc(1500)), Buffer.alloc(0)];
  const files = readdirSync(state, { recursive: true, encoding: "utf8" }).map((name) => join(state, name));
  for (const block of newestBlocks(files)) appendFileSync(block, tails[round % tails.length] ?? Buffer.alloc(0));
  for (const path of files) {
    if (path.endsWith("/index.db")) truncateSync(path, Math.floor(statSync(path).size / 2));
    if (path.endsWith("/bus.json") || path.endsWith("/nats-server.conf")) truncateSync(path, 0);
    if (round % 4 === 0 && /\/carried\/nats-server-[^/]+\/nats-server$/.test(path)) truncateSync(path, 1_000_000);
  }
  for (const name of [".format.json.new", "nats/.runtime.nk.new"]) writeFileSync(join(state, name), '{"form');
}

function newestBlocks(files: readonly string[]): string[] {
  const newest = new Map<string, string>();
  for (const path of files.filter((file) => file.endsWith(".blk"))) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const known = newest.get(folder);
    if (known === undefined || blockNumber(path) > blockNumber(known)) newest.set(folder, path);
  }
  return [...newest.values()];
}

function blockNumber(path: string): number {
  return Number(/(\d+)\.blk$/.exec(path)?.[1] ?? 0);
}

async function submit(acknowledged: string[], over: AbortSignal): Promise<void> {
  for (let index = 0; !over.aborted; index++) {
    await client.submit("worker", `job-${index}`, `Do ${index}`);
    acknowledged.push(`job-${index}`);
    await Bun.sleep(20);
  }
}

function manifest(port: number, modelUrl: string): string {
  return `
identity: { owner: torn }
nats: { mode: embedded, embedded: { port: ${port} } }
endpoints:
  scripted: { provider: ollama, url: "${modelUrl}", parallel: 4 }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3&delayMs=5" }
agents:
  worker: { model: worker, concurrency: 4 }
`;
}
