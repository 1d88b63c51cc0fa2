// A backup of a real runtime, running and not, and its way back.

import { afterEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type ProgramResult, runProgram } from "../../support/run-program.ts";
import { startScriptedModel } from "../../support/scripted-model.ts";
import { until } from "../../support/until.ts";
import { OutsideSubmitter } from "../../support/outside-submitter.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Machine {
  readonly muster: RunningMuster;
  readonly url: string;
  /** Where backups go. */
  readonly folder: string;
  readonly backup: (...options: string[]) => Promise<ProgramResult>;
  readonly restore: (...options: string[]) => Promise<ProgramResult>;
}

async function machine(auth: "nkey" | "none" = "nkey"): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), "muster-backup-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const model = startScriptedModel();
  cleanups.push(() => model.stop());
  const port = await freePort();
  const muster = await startMuster({ manifest: manifest(port, auth, model.url) });
  cleanups.push(() => muster.stop());
  const run = (name: string, options: readonly string[]) =>
    runProgram([...fromSource, name, join(folder, "backup.tar"), "--state", muster.stateDirectory, ...options]);
  return {
    muster,
    url: `nats://127.0.0.1:${port}`,
    folder,
    backup: (...options) => run("backup", options),
    restore: (...options) => run("restore", options),
  };
}

/** Submits jobs until told to stop; resolves to the ids that were acknowledged, each with its time. */
function submitting(client: OutsideSubmitter): { stop(): Promise<void>; readonly acknowledged: string[] } {
  const acknowledged: string[] = [];
  const over = new AbortController();
  const work = (async () => {
    for (let index = 0; !over.signal.aborted; index++) {
      await client.submit("worker", `job-${index}`, `Do ${index}`);
      acknowledged.push(`job-${index}`);
    }
  })();
  return {
    acknowledged,
    stop: () => {
      over.abort();
      return work;
    },
  };
}

test("a backup of a runtime at work has every job that was acknowledged before it, and restored each of them has one result", async () => {
  const { muster, url, backup, restore, folder } = await machine("none");
  const client = await OutsideSubmitter.connect(url, "muster.backup");
  cleanups.push(() => client.close());
  const work = submitting(client);
  await until("some jobs", () => work.acknowledged.length > 30);
  const before = [...work.acknowledged];
  expect(await backup()).toMatchObject({ code: 0, stderr: "" });
  expect(statSync(join(folder, "backup.tar")).mode & 0o777).toBe(0o600);
  const atBackup = work.acknowledged.length;
  await until("the store to go on", () => work.acknowledged.length > atBackup + 5);
  await work.stop();

  await muster.terminate();
  rmSync(muster.stateDirectory, { recursive: true });
  expect(await restore()).toMatchObject({ code: 0, stderr: "" });
  await muster.restart();
  await until("the store", () =>
    client.watchResults().then(
      () => true,
      () => false,
    ),
  );
  await until("every result", () => before.every((id) => client.stored(id).length > 0), 60_000);
  for (const id of before) expect(client.stored(id)).toHaveLength(1);
}, 120_000);

describe("restore", () => {
  test("refuses while the runtime runs, refuses state that is there, and keeps it aside when forced", async () => {
    const { muster, backup, restore } = await machine();
    expect(await backup()).toMatchObject({ code: 0 });
    const key = join(muster.stateDirectory, "nats", "caller.nk");
    const kept = readFileSync(key, "utf8");
    expect(await refusal(restore("--force"))).toContain(`is in use by process ${muster.pid()}`);
    await muster.terminate();
    writeFileSync(key, "of later\n");
    expect(await refusal(restore())).toMatch("with --force");
    expect(readFileSync(key, "utf8")).toBe("of later\n");
    const { code, stdout } = await restore("--force");
    expect(code).toBe(0);
    expect(readFileSync(key, "utf8")).toBe(kept);
    const aside = /is in "([^"]+)"/.exec(stdout)?.[1] ?? "";
    expect(readFileSync(join(aside, "nats", "caller.nk"), "utf8")).toBe("of later\n");
    await muster.restart();
  }, 120_000);

  test("of a backup that is cut short or damaged changes nothing", async () => {
    const { muster, backup, restore, folder } = await machine();
    await muster.terminate();
    expect(await backup()).toMatchObject({ code: 0 });
    const file = join(folder, "backup.tar");
    const whole = readFileSync(file);
    const before = listed(muster.stateDirectory);
    for (const damage of [
      whole.subarray(0, whole.length / 2),
      whole.subarray(0, whole.length - 4096),
      Buffer.alloc(0),
      Buffer.from("not a backup at all"),
      flipped(whole, whole.indexOf("SUA")),
      flipped(whole, whole.indexOf('"sha256"') + 12),
    ]) {
      writeFileSync(file, damage);
      expect(await refusal(restore("--force"))).toMatch(/^This is no whole backup: .*\. Nothing was changed\n$/);
      expect(listed(muster.stateDirectory)).toEqual(before);
    }
  }, 120_000);
});

test("a backup that fails leaves no file, and one that is there is replaced only when told to", async () => {
  const { muster, backup, folder } = await machine();
  await muster.terminate();
  expect(await backup()).toMatchObject({ code: 0 });
  expect(await refusal(backup())).toMatch("--replace");
  expect(await backup("--replace")).toMatchObject({ code: 0 });
  writeFileSync(join(muster.stateDirectory, "format.json"), '{"format":7,"writtenBy":"8.0.0"}');
  expect(await refusal(backup("--replace"))).toMatch("written by Muster 8.0.0");
  expect(readdirSync(folder)).toEqual(["backup.tar"]);
}, 120_000);

describe.if(mayRun("a backup by root of another user's state", process.getuid?.() === 0 ? undefined : "it needs root"))(
  "root",
  () => {
    test("backs up and restores another user's state as that user, whom all of it belongs to afterwards", async () => {
      const { muster, backup, restore } = await machine();
      await muster.terminate();
      expect(await backup()).toMatchObject({ code: 0 });
      rmSync(muster.stateDirectory, { recursive: true });
      mkdirSync(muster.stateDirectory, { mode: 0o700 });
      chownSync(muster.stateDirectory, 65534, 65534);
      chmodSync(muster.folder, 0o755);
      expect(await restore()).toMatchObject({ code: 0, stderr: "" });
      expect(await backup("--replace")).toMatchObject({ code: 0, stderr: "" });
      const files = listed(muster.stateDirectory);
      expect(files).toContain("nats/caller.nk");
      for (const file of files) expect(statSync(join(muster.stateDirectory, file)).uid).toBe(65534);
    }, 120_000);
  },
);

/** What a command that ends with 1 says. */
async function refusal(command: Promise<ProgramResult>): Promise<string> {
  const { code, stderr } = await command;
  expect(code).toBe(1);
  return stderr;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at + 5) ^ 1, at + 5);
  return copy;
}

function listed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

function manifest(port: number, auth: string, modelUrl: string): string {
  return `
identity: { owner: backup }
nats: { mode: embedded, embedded: { port: ${port}, auth: ${auth} } }
endpoints:
  scripted: { provider: ollama, url: "${modelUrl}", parallel: 2 }
models:
  worker: { endpoint: scripted, model: "worker?tokens=3&delayMs=30" }
agents:
  worker: { model: worker, concurrency: 2 }
`;
}
