// Muster's own commands against an agent that the independent Python SDK hosts.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { mayRun } from "../support/may-run.ts";
import { fromSource } from "../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { type ProgramResult, runProgram } from "../support/run-program.ts";

describe.if(mayRun("Python peer", missingForPythonPeer()))("Muster calls the Python SDK's agent", () => {
  let nats: RunningNatsServer;
  let host: Bun.Subprocess<"pipe", "pipe", "ignore">;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-peer-"));
    nats = await startNatsServer();
    host = Bun.spawn([peerPython, join(import.meta.dirname, "python", "host.py"), nats.url], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });
    const first = await host.stdout.getReader().read();
    if (!new TextDecoder().decode(first.value).startsWith("ready")) throw new Error("The Python host did not start");
  });

  afterAll(async () => {
    await host.stdin.end();
    await host.exited;
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("ps lists it with its owner and version", async () => {
    const { code, stdout } = await muster(["ps", "--json"]);
    expect(code).toBe(0);
    expect(stdout).toContain('"echo"');
    expect(stdout).toContain('"peer"');
    expect(stdout).toContain('"0.5.0"');
  });

  test("ask finds it by each form of its address and prints its answer", async () => {
    for (const address of ["echo", "peer/echo", "py/peer/echo"]) {
      const { code, stdout } = await muster(["ask", address, "hello", "there"]);
      expect([code, stdout.trim()]).toEqual([0, "echo: hello there"]);
    }
  });

  test("ask sends a file and standard input", async () => {
    const file = join(folder, "note.bin");
    await writeFile(file, new Uint8Array([0, 1, 2, 250]));
    const { code, stdout } = await muster(["ask", "echo", "--attach", file, "-"], "from stdin");
    expect([code, stdout.trim()]).toEqual([0, "echo: from stdin [note.bin 4]"]);
  });

  test("an answer longer than a chunk comes whole", async () => {
    const { stdout } = await muster(["ask", "echo", "long", "200000"]);
    expect(stdout.trim()).toBe("0123456789".repeat(20_000));
  });

  test("its error is exit code 1 with its text", async () => {
    const { code, stderr } = await muster(["ask", "echo", "fail"]);
    expect(code).toBe(1);
    expect(stderr).toContain("handler error");
  });

  test("an agent that isn't there is exit code 3", async () => {
    expect((await muster(["ask", "nobody", "hello"])).code).toBe(3);
  });

  test("an answer that takes too long is exit code 4", async () => {
    expect((await muster(["ask", "echo", "--timeout", "1s", "slow"])).code).toBe(4);
  });

  test("§7 chat answers a question in the middle of an answer", async () => {
    const { code, stdout } = await muster(["chat", "echo"], "ask\nblue\n/exit\n");
    expect(code).toBe(0);
    expect(stdout).toContain("You said blue");
  });

  function muster([name = "", ...args]: readonly string[], stdin?: string): Promise<ProgramResult> {
    return runProgram([...fromSource, name, "--server", nats.url, ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
});
