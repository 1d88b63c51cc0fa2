import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileTrigger } from "../../../src/trigger/file-trigger.ts";
import { RunStore } from "../../../src/trigger/store/run-store.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { setClock } from "../../support/set-clock.ts";

const key = { agent: "reader", trigger: "intake" };

let base = "";
let folder = "";
let store: RunStore;
let started: string[] = [];
let problems: (string | undefined)[] = [];
let looked = Promise.withResolvers<undefined>();
let clock = setClock(0);
let running: FileTrigger;

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), "muster-files-"));
  folder = join(base, "in");
  mkdirSync(folder);
  store = RunStore.open(base);
  [started, problems] = [[], []];
  await begin();
});
afterEach(() => {
  running.stop();
  store.close();
  rmSync(base, { recursive: true, force: true });
});

/** As a process that starts. */
async function begin(): Promise<void> {
  clock = setClock(Date.parse("2026-06-01T10:30:00Z"));
  running = new FileTrigger({
    key,
    spec: "file",
    folder,
    pattern: "*.txt",
    settleMs: 1_000,
    clock,
    store,
    line: {
      hasRoom: () => true,
      event: ({ name }, record) => {
        record?.();
        started.push(name);
        return true;
      },
    },
    log: recordedLog(),
    onProblem: (problem) => {
      problems.push(problem);
      looked.resolve(undefined);
    },
  });
  running.start();
  await look();
}

async function look(): Promise<void> {
  looked = Promise.withResolvers();
  clock.advance(5_000);
  await looked.promise;
}

/** Long enough for a file to be known as whole. */
async function settle(): Promise<void> {
  for (let times = 0; times < 3; times++) await look();
}

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

describe("a folder that is watched", () => {
  test("starts one run for each new file and each new content, and none for what has other names", async () => {
    put("a.txt", "one");
    put("b.md", "other");
    put(".c.txt", "hidden");
    await settle();
    put("a.txt", "other");
    await settle();
    expect(started).toEqual(["a.txt", "a.txt"]);
  });

  test("starts nothing again after a restart", async () => {
    put("a.txt", "one");
    await settle();
    running.stop();
    await begin();
    await settle();
    expect(started).toEqual(["a.txt"]);
  });

  test("starts nothing again when the disk it is on was away, be it gone or an empty folder meanwhile", async () => {
    put("a.txt", "one");
    await settle();
    renameSync(folder, join(base, "away"));
    await look();
    expect(problems.at(-1)).toContain("cannot be watched");
    mkdirSync(folder);
    await settle();
    rmSync(folder, { recursive: true });
    renameSync(join(base, "away"), folder);
    await settle();
    expect(problems.at(-1)).toBeUndefined();
    expect(started).toEqual(["a.txt"]);
  });

  test("knows a file under another inode, as disks give them anew, and by a stamp that has one", async () => {
    put("a.txt", "one");
    await settle();
    const { size, mtime, mtimeMs, ino } = statSync(join(folder, "a.txt"));
    running.stop();
    store.schedules.sawFile(key, "a.txt", `${size} ${mtimeMs} ${ino}`);
    rmSync(join(folder, "a.txt"));
    put("keeps the inode.md", "x");
    put("a.txt", "one");
    utimesSync(join(folder, "a.txt"), mtime, mtimeMs / 1000);
    await begin();
    await settle();
    expect(started).toEqual(["a.txt"]);
  });
});
