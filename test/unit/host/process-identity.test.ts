import { describe, expect, test } from "bun:test";
import { endProcess, isRunning, processIdentity } from "../../../src/host/process-identity.ts";

function sleeper(): Bun.Subprocess {
  return Bun.spawn(["sleep", "60"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}

describe("processIdentity", () => {
  test("knows a process from another one that took its pid", () => {
    const own = processIdentity(process.pid);
    expect(own?.pid).toBe(process.pid);
    expect(isRunning({ pid: process.pid, startedAt: own?.startedAt ?? "" })).toBe(true);
    expect(isRunning({ pid: process.pid, startedAt: "another" })).toBe(false);
  });

  test("knows no process that has ended", async () => {
    const child = sleeper();
    child.kill("SIGKILL");
    await child.exited;
    expect(processIdentity(child.pid)).toBeUndefined();
  });
});

describe("endProcess", () => {
  test("ends the process that is meant", async () => {
    const child = sleeper();
    const identity = processIdentity(child.pid);
    if (identity === undefined) throw new Error("The sleeper did not start");
    expect(await endProcess(identity, 5000)).toBe(true);
    expect(isRunning(identity)).toBe(false);
  });

  test("leaves alone another one with the same pid", async () => {
    const child = sleeper();
    try {
      expect(await endProcess({ pid: child.pid, startedAt: "another" }, 100)).toBe(true);
      expect(processIdentity(child.pid)).toBeDefined();
    } finally {
      child.kill("SIGKILL");
      await child.exited;
    }
  });
});
