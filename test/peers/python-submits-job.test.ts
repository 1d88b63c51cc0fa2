// The recipe for Python of docs/jobs.md, as it stands there, run with the independent client nats-py.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { missingForPythonPeer, peerPython } from "../../build/test/python-peer.ts";
import { mayRun } from "../support/may-run.ts";
import { type RunningMuster, startMuster } from "../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../support/nats-server.ts";
import { runProgram } from "../support/run-program.ts";
import { type ScriptedModel, startScriptedModel } from "../support/scripted-model.ts";
import { until } from "../support/until.ts";
import { peerManifest } from "./peer-manifest.ts";

describe.if(mayRun("Python peer", missingForPythonPeer()))("a Python client submits jobs", () => {
  let nats: RunningNatsServer;
  let model: ScriptedModel;
  let muster: RunningMuster;

  beforeAll(async () => {
    nats = await startNatsServer({ jetstream: true });
    model = startScriptedModel();
    model.script("scripted", { text: "All quiet" });
    muster = await startMuster({ manifest: peerManifest(nats.url, model.url) });
  });

  afterAll(async () => {
    await muster.stop();
    await model.stop();
    await nats.stop();
  });

  test("the recipe of docs/jobs.md prints the job's answer, and the same again when it is run twice", async () => {
    const page = await readFile(join(root, "docs", "jobs.md"), "utf8");
    const recipe = /```python\n([^]*?)```/.exec(page)?.[1] ?? "";
    const run = () =>
      runProgram([peerPython, "-c", recipe, nats.url, "muster.peers.inspector", "shift-42", "Summarise"], {});
    const first = await until("an answer", async () => {
      const result = await run();
      return result.code === 0 ? result : undefined;
    });
    expect(first.stdout.trim()).toBe("All quiet");
    expect((await run()).stdout.trim()).toBe("All quiet");
    expect(model.received.chats().filter(({ model: name }) => name === "scripted")).toHaveLength(1);
  }, 60_000);
});
