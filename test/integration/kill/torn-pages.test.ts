// SIGKILL of everything at once, and what was being written at that instant is torn: half a record, a page of zeros, half a frame of a database's log,
// a file that is empty. It starts again, and nothing acknowledged is lost. Runs on any machine; a disk that loses its power is in power-cut.test.ts.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, closeSync, openSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { descendantsWith } from "../../support/child-processes.ts";
import { freePort } from "../../support/free-port.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ScriptedModel, startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";
import { clerkOf, KeptTurns } from "./kept-turns.ts";

const rounds = Number(process.env["MUSTER_POWER_CUTS"] ?? 8);
const limitMs = 120_000 + rounds * 30_000;

const stack = new AsyncDisposableStack();
let muster: RunningMuster;
let client: OutsideSubmitter;
let turns: KeptTurns;

beforeAll(async () => {
  const model = stack.use(startScriptedModel());
  const port = await freePort();
  muster = stack.adopt(await startMuster({ manifest: manifest(port, model) }), (one) => one.stop());
  const url = `nats://127.0.0.1:${port}`;
  client = stack.adopt(await OutsideSubmitter.connect(url, "muster.torn"), (one) => one.close());
  turns = stack.adopt(await KeptTurns.begin({ muster, model, url, owner: "torn" }), (one) => one.close());
}, 60_000);
afterAll(() => stack.disposeAsync(), 60_000);

test(
  `${rounds} times everything is killed and torn: it starts again, and each acknowledged job has exactly one result`,
  async () => {
    const over = new AbortController();
    const acknowledged: string[] = [];
    const submitting = submit(acknowledged, over.signal);
    for (let round = 0; round < rounds; round++) {
      const work = new AbortController();
      const asking = turns.ask(work.signal);
      const [jobs, answered] = [acknowledged.length, turns.answered()];
      await until("jobs to be acknowledged", () => acknowledged.length > jobs + 3);
      await until("turns to be answered", () => turns.answered() > answered + 3);
      await Bun.sleep(Math.random() * 500);
      await killEverything();
      work.abort();
      await asking;
      expect(tear(muster.stateDirectory, round).filter((log) => log !== indexLog)).toEqual(tornDatabases);
      await muster.restart();
      await turns.check();
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
    expect(turns.answered()).toBeGreaterThan(rounds * 3);
    expect(turns.ticks()).toBeGreaterThan(rounds);
    expect(muster.log()).not.toMatch(/broken|cannot be read/);
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

const tornDatabases = ["budgets.db", "conversations/conversations.db", "triggers/runs.sqlite"].map(
  (path) => `${path}-wal`,
);
/** There only while documents are indexed. */
const indexLog = "knowledge/clerk.db-wal";

/**
 * What was not flushed: the end of the newest block of each stream and of the log of each database, with the index of that in memory, files that are
 * written anew, and what the executable carries. Returns the logs of databases that it met.
 */
function tear(state: string, round: number): string[] {
  const tails = [Buffer.alloc(4096), crypto.getRandomValues(Buffer.alloc(1500)), Buffer.alloc(0)];
  const files = readdirSync(state, { recursive: true, encoding: "utf8" }).map((name) => join(state, name));
  for (const block of newestBlocks(files)) appendFileSync(block, tails[round % tails.length] ?? Buffer.alloc(0));
  for (const path of files) {
    if (path.endsWith("-wal")) appendFileSync(path, tails[round % tails.length] ?? Buffer.alloc(0));
    if (path.endsWith("-shm")) writeFileSync(path, crypto.getRandomValues(Buffer.alloc(32_768)));
    if (path.endsWith("/index.db")) truncateSync(path, Math.floor(statSync(path).size / 2));
    if (path.endsWith("/bus.json") || path.endsWith("/nats-server.conf")) truncateSync(path, 0);
    if (round % 4 === 0 && /\/carried\/nats-server-[^/]+\/nats-server$/.test(path)) truncateSync(path, 1_000_000);
  }
  for (const name of [".format.json.new", "nats/.runtime.nk.new"]) writeFileSync(join(state, name), '{"form');
  return files
    .filter((path) => path.endsWith("-wal"))
    .map((path) => relative(state, path))
    .sort();
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

function manifest(port: number, model: ScriptedModel): string {
  const clerk = clerkOf(model);
  return `
identity: { owner: torn }
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
