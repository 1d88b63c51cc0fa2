// A cable that is cut says nothing to either end: the machine answers on, both sides notice, and the link comes back.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { namespacesMissing, type TwoMachines, twoMachines } from "../../support/network-namespaces.ts";
import { runProgram } from "../../support/run-program.ts";
import { root } from "../../../build/paths.ts";
import { until } from "../../support/until.ts";
import { documentedHub, edgeKey } from "./documented-hub.ts";

setDefaultTimeout(180_000);

describe.if(mayRun("a cut link", namespacesMissing()))("a machine whose cable is cut", () => {
  const key = edgeKey();
  let folder = "";
  let machines: TwoMachines;
  let model: Bun.Subprocess<"ignore", "pipe", "inherit">;
  let hub: RunningNatsServer;
  let edge: RunningMuster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-cut-"));
    machines = await twoMachines(213);
    const config = documentedHub({
      publicKey: key.publicKey,
      leafHost: machines.hub.address,
      leafPort: 7422,
      storeDirectory: folder,
    });
    // The certificate of the tests names no address of these machines.
    const withoutTls = config.replace(/^ *tls \{.*\}$/m, "");
    hub = await startNatsServer({ config: withoutTls, launcher: machines.hub.launcher });
    const program = [process.execPath, join(root, "test", "support", "scripted-model.ts")];
    model = Bun.spawn([...machines.edge.launcher, ...program], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    const modelUrl = await firstLine(model.stdout);
    await writeFile(join(folder, "hub.nk"), key.seed);
    edge = await startMuster({
      program: [...machines.edge.launcher, ...fromSource],
      manifest: `
identity: { owner: press-07 }
nats: { embedded: { port: 0, hub: { url: "nats://${machines.hub.address}:7422", nkey_file: "${folder}/hub.nk" } } }
models: { local: { provider: ollama, url: "${modelUrl}", model: "m?tokens=2" } }
agents: { helper: { model: local, instructions: You answer. } }
`,
    });
  });

  afterAll(async () => {
    await edge.stop();
    await hub.stop();
    model.kill();
    await model.exited;
    await machines.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const askHere = () => edge.command(["ask", "helper", "Well?"]);
  const askAtHub = () =>
    runProgram([
      ...[...machines.hub.launcher, ...fromSource, "ask", "helper", "Well?"],
      ...["--server", hub.url.replace("//", "//operator:op@")],
    ]);
  const untilLinkIs = (state: string) =>
    until(`a link that is ${state}`, async () => (await edge.status()).bus.hub?.state === state, 90_000);

  test("answers on its own before and after it notices, and is prompted from the hub once it is mended", async () => {
    await untilLinkIs("connected");
    expect(await askAtHub()).toMatchObject({ code: 0, stdout: "word word \n" });

    await machines.cut();
    expect(await askHere()).toMatchObject({ code: 0, stdout: "word word \n" });
    await untilLinkIs("disconnected");
    expect((await edge.status()).bus.hub?.reason).toContain("the hub");
    expect(await askHere()).toMatchObject({ code: 0, stdout: "word word \n" });
    expect((await askAtHub()).code).not.toBe(0);

    await machines.mend();
    await untilLinkIs("connected");
    expect(await askAtHub()).toMatchObject({ code: 0, stdout: "word word \n" });
  });
});

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const { value } = await stream.getReader().read();
  return new TextDecoder().decode(value).trim();
}
