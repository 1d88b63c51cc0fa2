// The recipe for Python of docs/jobs.md, as it stands there, run with the independent client nats-py.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { mayRun } from "../support/may-run.ts";
import { runProgram } from "../support/run-program.ts";
import { until } from "../support/until.ts";
import { type PeerRuntime, startPeerRuntime } from "./peer-runtime.ts";

describe.if(mayRun("Python peer", missingForPythonPeer()))("a Python client submits jobs", () => {
  let runtime: PeerRuntime;

  beforeAll(async () => {
    runtime = await startPeerRuntime("All quiet", { jetstream: true });
  });

  afterAll(() => runtime.close());

  test("the recipe of docs/jobs.md prints the job's answer, and the same again when it is run twice", async () => {
    const page = await readFile(join(root, "docs", "jobs.md"), "utf8");
    const recipe = /```python\n([^]*?)```/.exec(page)?.[1] ?? "";
    const run = () =>
      runProgram([peerPython, "-c", recipe, runtime.nats.url, "muster.peers.inspector", "shift-42", "Summarise"], {});
    const first = await until("an answer", async () => {
      const result = await run();
      return result.code === 0 ? result : undefined;
    });
    expect(first.stdout.trim()).toBe("All quiet");
    expect((await run()).stdout.trim()).toBe("All quiet");
    expect(runtime.model.received.chats().filter(({ model: name }) => name === "scripted")).toHaveLength(1);
  }, 60_000);
});
