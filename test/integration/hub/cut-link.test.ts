// A cable that is cut says nothing to either end: the machine answers on, both sides notice, the link comes back, and what triggers answered meanwhile
// is at the hub once each.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { namespacesMissing, type TwoMachines, twoMachines } from "../../support/network-namespaces.ts";
import { runsOf } from "../../support/runs-of.ts";
import { runProgram } from "../../support/run-program.ts";
import { root } from "../../../build/paths.ts";
import { until } from "../../support/until.ts";
import { documentedHub, edgeKey } from "./documented-hub.ts";

setDefaultTimeout(180_000);

describe.if(mayRun("a cut link", namespacesMissing()))("a machine whose cable is cut", () => {
  const key = edgeKey();
  const stack = new AsyncDisposableStack();
  let machines: TwoMachines;
  let hub: RunningNatsServer;
  let edge: RunningMuster;
  /** What a stream at the hub has of the trigger's answers, by the runs' ids. */
  const collected: string[] = [];

  beforeAll(async () => {
    const folder = stack.adopt(await mkdtemp(join(tmpdir(), "muster-cut-")), (path) => rm(path, { recursive: true }));
    machines = stack.adopt(await twoMachines(213), (one) => one.remove());
    const config = documentedHub({
      publicKey: key.publicKey,
      leafHost: machines.hub.address,
      leafPort: 7422,
      storeDirectory: folder,
    });
    // The certificate of the tests names no address of these machines.
    const withoutTls = config.replace(/^ *tls \{.*\}$/m, "").replace("publish: [", 'publish: ["plant.>", ');
    hub = stack.adopt(await startNatsServer({ config: withoutTls, launcher: machines.hub.launcher }), (one) =>
      one.stop(),
    );
    const program = [process.execPath, join(root, "test", "support", "scripted-model.ts")];
    const modelUrl = await firstLine(start([...machines.edge.launcher, ...program]));
    const collecting = [process.execPath, join(root, "test", "fixtures", "programs", "collect-stream.ts")];
    const stored = start([...machines.hub.launcher, ...collecting, asOperator(hub.url), "plant.summary"]);
    void collectLines(stored, collected);
    await until("the collector", () => collected.shift() === "ready");
    await writeFile(join(folder, "hub.nk"), key.seed);
    edge = stack.adopt(
      await startMuster({
        program: [...machines.edge.launcher, ...fromSource],
        manifest: `
identity: { owner: press-07 }
nats: { embedded: { port: 0, hub: { url: "nats://${machines.hub.address}:7422", nkey_file: "${folder}/hub.nk" } } }
models: { local: { provider: ollama, url: "${modelUrl}", model: "m?tokens=2" } }
defaults: { model: local, instructions: You answer. }
agents:
  helper: {}
  ticker: { triggers: { second: { every: 1s, prompt: Well?, conversation: none, deliver: { nats: plant.summary } } } }
`,
      }),
      (one) => one.stop(),
    );
  });
  afterAll(() => stack.disposeAsync());

  /** Its output. Ends with the tests. */
  function start(argv: readonly string[]): ReadableStream<Uint8Array> {
    const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    stack.defer(async () => {
      child.kill();
      await child.exited;
    });
    return child.stdout;
  }

  const askHere = () => edge.command(["ask", "helper", "Well?"]);
  const askAtHub = () =>
    runProgram([
      ...[...machines.hub.launcher, ...fromSource, "ask", "helper", "Well?"],
      ...["--server", asOperator(hub.url)],
    ]);
  const untilLinkIs = (state: string) =>
    until(`a link that is ${state}`, async () => (await edge.status()).bus.hub?.state === state, 90_000);

  test("answers on its own before and after it notices, is prompted from the hub once it is mended, and loses no answer of a trigger", async () => {
    await untilLinkIs("connected");
    expect(await askAtHub()).toMatchObject({ code: 0, stdout: "word word \n" });

    await machines.cut();
    expect(await askHere()).toMatchObject({ code: 0, stdout: "word word \n" });
    await untilLinkIs("disconnected");
    expect((await edge.status()).bus.hub?.reason).toContain("the hub");
    expect(await askHere()).toMatchObject({ code: 0, stdout: "word word \n" });
    expect((await askAtHub()).code).not.toBe(0);

    const unsent = (await runsOf(edge, "ticker")).filter(({ delivery }) => delivery === "pending");
    expect(unsent.length).toBeGreaterThan(10);

    await machines.mend();
    await untilLinkIs("connected");
    expect(await askAtHub()).toMatchObject({ code: 0, stdout: "word word \n" });

    const runs = (await runsOf(edge, "ticker")).filter(({ state }) => state === "done").map(({ id }) => String(id));
    await until("every answer at the hub", () => runs.every((id) => collected.includes(id)), 60_000);
    expect(new Set(collected).size).toBe(collected.length);
  });
});

function asOperator(url: string): string {
  return url.replace("//", "//operator:op@");
}

async function collectLines(stream: ReadableStream<Uint8Array>, lines: string[]): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    const parts = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await stream.getReader().read();
  return new TextDecoder().decode(value).trim();
}
