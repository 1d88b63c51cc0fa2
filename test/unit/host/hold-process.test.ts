import { afterEach, expect, test } from "bun:test";
import { ProcessHold } from "../../../src/host/hold-process.ts";
import { rejection } from "../../support/rejection.ts";

let child: Bun.Subprocess<"ignore", "pipe", "inherit"> | undefined;
afterEach(async () => {
  child?.kill("SIGKILL");
  await child?.exited;
});

function counter() {
  child = Bun.spawn([process.execPath, "-e", "setInterval(() => console.log('tick'), 5)"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  return { pid: child.pid, reader: child.stdout.getReader() };
}

test("a process that is held says nothing until it is let go, and only one is held at a time", async () => {
  const { pid, reader } = counter();
  await reader.read();
  const hold = new ProcessHold();
  const release = await hold.hold(pid);
  expect(await rejection(hold.hold(pid))).toBe("it is held already");
  let silentMs = 0;
  for (let isSilent = false; !isSilent;) {
    const startedAt = performance.now();
    const next = reader.read().then(() => "tick" as const);
    isSilent = (await Promise.race([next, Bun.sleep(200).then(() => "silence" as const)])) === "silence";
    if (isSilent) {
      release();
      release();
      await next;
      silentMs = performance.now() - startedAt;
    }
  }
  expect(silentMs).toBeGreaterThanOrEqual(199);
  (await hold.hold(pid))();
});

test("a process that is not there cannot be held, and the next one can", async () => {
  const hold = new ProcessHold();
  expect(await rejection(hold.hold(2 ** 22 + 1))).toContain("There is no process");
  const { pid } = counter();
  (await hold.hold(pid))();
  hold.release();
});
