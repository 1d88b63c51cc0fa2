import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockStateDirectory, stateHolder, StateDirectoryInUse } from "../../../src/host/state-lock.ts";

const folders: string[] = [];
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "muster-lock-"));
  folders.push(folder);
});
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

const holdUntilKilled = `
  import { lockStateDirectory } from ${JSON.stringify(join(import.meta.dirname, "../../../src/host/state-lock.ts"))};
  globalThis.held = lockStateDirectory(process.argv.at(-1));
  console.log("held");
  setInterval(() => undefined, 1000);
`;

function otherHolder(): { pid: number; held: Promise<unknown>; kill: () => Promise<number> } {
  const child = Bun.spawn([process.execPath, "-e", holdUntilKilled, folder], { stdout: "pipe", stderr: "inherit" });
  const kill = (): Promise<number> => {
    child.kill("SIGKILL");
    return child.exited;
  };
  return { pid: child.pid, held: child.stdout.getReader().read(), kill };
}

describe("lockStateDirectory", () => {
  test("lets one in and names it to the next", () => {
    const lock = lockStateDirectory(folder);
    expect(() => lockStateDirectory(folder)).toThrow(
      `State directory "${folder}" is in use by process ${process.pid}: stop it, or choose another with --state DIR`,
    );
    lock.release();
    lock.release();
    lockStateDirectory(folder).release();
  });

  test("is freed when its holder is killed", async () => {
    const other = otherHolder();
    await other.held;
    expect(() => lockStateDirectory(folder)).toThrow(StateDirectoryInUse);
    expect(stateHolder(folder)).toBe(other.pid);
    await other.kill();
    lockStateDirectory(folder).release();
  });

  test("a lock that a disk has spoilt is made anew, and one that is held stays held", async () => {
    const path = join(folder, "runtime.lock");
    writeFileSync(path, "no database ".repeat(200));
    const other = otherHolder();
    await other.held;
    writeFileSync(path, "no database ".repeat(200));
    expect(() => lockStateDirectory(folder)).toThrow(StateDirectoryInUse);
    await other.kill();
    lockStateDirectory(folder).release();
  });

  test("says that a folder can't be written", () => {
    expect(() => lockStateDirectory(join(folder, "missing"))).toThrow(
      /Cannot write in the state directory ".*missing"/,
    );
  });
});
