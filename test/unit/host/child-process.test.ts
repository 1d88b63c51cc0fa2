import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startChild } from "../../../src/host/child-process.ts";
import { isRunning, processIdentity } from "../../../src/host/process-identity.ts";

const source = join(import.meta.dirname, "../../../src/host/child-process.ts");

describe("startChild", () => {
  test("tells code, output and end", async () => {
    const lines: string[] = [];
    const child = startChild({
      argv: ["/bin/sh", "-c", "echo out; echo $ADDED >&2; exit 3"],
      environment: { ADDED: "err" },
      onLine: (line) => lines.push(line),
    });
    expect(await child.ended).toMatchObject({ code: 3, signal: undefined });
    expect(lines.sort()).toEqual(["err", "out"]);
  });

  test("is asked to stop, and made to when it does not listen", async () => {
    const ready = Promise.withResolvers<undefined>();
    const child = startChild({
      argv: ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"],
      onLine: () => ready.resolve(undefined),
    });
    await ready.promise;
    expect(await child.stop(50)).toMatchObject({ code: undefined, signal: "SIGKILL" });
  });

  test("says that a program is not there", async () => {
    const { code, tail } = await startChild({ argv: ["/nowhere/program"] }).ended;
    expect(code).toBe(127);
    expect(tail).toContain("/nowhere/program");
  });

  test("has a process group of its own", async () => {
    const group: string[] = [];
    const child = startChild({
      argv: ["/bin/sh", "-c", "ps -o pgid= -p $$"],
      onLine: (line) => group.push(line.trim()),
    });
    await child.ended;
    expect(group).toEqual([String(child.pid)]);
  });

  test("ends when we are killed", async () => {
    const script = `
      import { startChild } from ${JSON.stringify(source)};
      console.log(startChild({ argv: ["sleep", "60"] }).pid);
      setInterval(() => undefined, 1000);
    `;
    const parent = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
    const { value } = await parent.stdout.getReader().read();
    const identity = processIdentity(Number(new TextDecoder().decode(value)));
    if (identity === undefined) throw new Error("The child did not start");
    parent.kill("SIGKILL");
    await parent.exited;
    const deadline = performance.now() + 5000;
    while (isRunning(identity) && performance.now() < deadline) await Bun.sleep(5);
    expect(isRunning(identity)).toBe(false);
  });
});
