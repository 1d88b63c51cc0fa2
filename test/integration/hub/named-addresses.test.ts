// No request leaves the machine but to what the manifest names: the product runs on a machine of its own, and at the other end of its only
// cable, which is its default route and its name server, every packet is counted.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../../build/paths.ts";
import { mayRun } from "../../support/may-run.ts";
import { fromSource, type RunningMuster, startMuster } from "../../support/muster.ts";
import { startNatsServer } from "../../support/nats-server.ts";
import { type Machine, namespacesMissing, type TwoMachines, twoMachines } from "../../support/network-namespaces.ts";
import { type Capture, capturePackets, type Packet } from "../../support/packet-capture.ts";
import { runProgram } from "../../support/run-program.ts";
import { until } from "../../support/until.ts";
import { documentedHub, edgeKey } from "./documented-hub.ts";

const missing = namespacesMissing() ?? (Bun.which("python3") === null ? 'there is no "python3"' : undefined);
/** Long enough for every timer that would look outward after the start. */
const idleMs = 12_000;

setDefaultTimeout(180_000);

describe.if(mayRun("a capture of all packets", missing))("a machine that runs agents", () => {
  let folder = "";
  let machines: TwoMachines;
  let capture: Capture;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "muster-capture-"));
    machines = await twoMachines(214);
    ends.push(() => machines.remove());
    capture = await capturePackets(machines.hub);
    ends.push(() => capture.stop());
  });

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    await rm(folder, { recursive: true, force: true });
  });

  async function startModel(at: Machine, host: string): Promise<string> {
    const program = [process.execPath, join(root, "test", "support", "scripted-model.ts"), "--host", host];
    const model = Bun.spawn([...at.launcher, ...program], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    ends.push(async () => {
      model.kill();
      await model.exited;
    });
    const { value } = await model.stdout.getReader().read();
    return new TextDecoder().decode(value).trim();
  }

  async function startEdge(embedded: string, modelUrl: string): Promise<RunningMuster> {
    const edge = await startMuster({
      program: [...machines.edge.launcher, ...fromSource],
      manifest: `
identity: { owner: press-07 }
nats: { embedded: { port: 0, auth: nkey${embedded} } }
models: { local: { provider: ollama, url: "${modelUrl}", model: "m?tokens=2" } }
defaults: { heartbeat: 1s, instructions: You answer. }
agents: { helper: { model: local } }
`,
    });
    ends.push(() => edge.stop());
    return edge;
  }

  /** What a user does there in a day, and then nothing for a while. */
  async function useAndIdle(edge: RunningMuster): Promise<void> {
    const product = [...machines.edge.launcher, ...fromSource];
    expect((await runProgram([...product, "check", "-f", join(edge.folder, "agents.yaml")])).code).toBe(0);
    expect((await runProgram([...product, "version"])).code).toBe(0);
    expect(await edge.command(["ask", "helper", "Well?"])).toMatchObject({ code: 0, stdout: "word word \n" });
    expect((await edge.command(["ps"])).stdout).toContain("helper");
    await Bun.sleep(idleMs);
  }

  test("is seen when it sends something elsewhere, so that the tests below can fail", async () => {
    const stray =
      'await Promise.allSettled([Bun.udpSocket({}).then((s) => s.send("x", 9, "203.0.113.9")), fetch("http://stray.example/", { signal: AbortSignal.timeout(1000) })])';
    await runProgram([...machines.edge.launcher, process.execPath, "-e", `${stray}; process.exit(0)`]);
    await until("the stray packets", () => capture.packets().some(({ port }) => port === 9));
    expect(capture.packets().some(({ port }) => port === 53)).toBe(true);
  });

  test("sends nothing from a doctor that is told to ask nobody elsewhere, and something from one that is not", async () => {
    const file = join(folder, "elsewhere.yaml");
    const models = `{ far: { provider: openai, url: "http://${machines.hub.address}:9/v1", model: m }, named: { provider: ollama, url: "http://model.example", model: m } }`;
    const nats = "{ servers: [nats://nats.example:4222] }";
    await writeFile(
      file,
      `nats: ${nats}\nmodels: ${models}\nagents: { a: { model: [far, named], instructions: You answer. } }\n`,
    );
    const doctor = [...machines.edge.launcher, ...fromSource, "doctor", "-f", file, "--state", join(folder, "none")];
    expect((await runProgram([...doctor, "--offline"])).code).toBe(0);
    expect(capture.packets()).toEqual([]);
    expect((await runProgram([...doctor, "--wait", "3s"])).code).toBe(1);
    await until("the doctor's packets", () => capture.packets().some(({ port }) => port === 53));
  });

  test("sends nothing at all when model and bus are its own", async () => {
    await useAndIdle(await startEdge("", await startModel(machines.edge, "127.0.0.1")));
    expect(capture.packets()).toEqual([]);
  });

  test("sends only to the hub and the model that its manifest names", async () => {
    const key = edgeKey();
    await writeFile(join(folder, "hub.nk"), key.seed);
    const config = documentedHub({
      publicKey: key.publicKey,
      leafHost: machines.hub.address,
      leafPort: 7422,
      storeDirectory: join(folder, "hub"),
    }).replace(/^ *tls \{.*\}$/m, "");
    const hub = await startNatsServer({ config, launcher: machines.hub.launcher });
    ends.push(() => hub.stop());
    const modelUrl = await startModel(machines.hub, machines.hub.address);
    const edge = await startEdge(
      `, hub: { url: "nats://${machines.hub.address}:7422", nkey_file: "${folder}/hub.nk" }`,
      modelUrl,
    );
    await until("the link", async () => (await edge.status()).bus.hub?.state === "connected");
    await useAndIdle(edge);
    const target = ({ protocol, destination, port }: Packet): string => `${protocol} ${destination}:${port}`;
    expect(new Set(capture.packets().map(target))).toEqual(
      new Set([`tcp ${machines.hub.address}:7422`, `tcp ${machines.hub.address}:${new URL(modelUrl).port}`]),
    );
  });
});
