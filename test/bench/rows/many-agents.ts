// What agents cost while nobody prompts them: memory, processor time, discovery.

import { createInbox } from "@nats-io/transport-node";
import type { BenchContext } from "../support/bench-context.ts";
import { type HelperProcess, startHelper } from "../support/helper-process.ts";
import { cpuMs, settledMb } from "../support/process-figures.ts";
import { alone, over, type Row } from "../support/row.ts";
import { medianOf } from "../support/statistics.ts";
import { connectBus, promptOnce, streamMany } from "../support/streams.ts";

const few = 10;
const many = 1_000;

interface Host {
  readonly pid: number;
  stop(): Promise<void>;
}

export async function manyAgentsRows(bench: BenchContext): Promise<readonly Row[]> {
  const hello = await startHelper([bench.hello, "stay"]);
  const helloMb = await settledMb(hello.pid);
  await hello.stop();
  const idle = await fewAgents(bench);
  const ours = await manyOf((count) => musterWith(bench, count), bench, idle.idleMb);
  const stock = await manyOf((count) => stockWith(bench, count), bench);
  const go = bench.goHost === undefined ? undefined : await manyOf((count) => goWith(bench, count), bench);
  const goText = (value: number | undefined): string =>
    value === undefined ? "no Go here" : `Go host: ${value.toFixed(1)}`;
  const against = { what: "compiled hello", value: helloMb };
  const stockRow = (value: number): Row["reference"] => ({ what: "stock TypeScript", value });
  return [
    over({ what: "RSS with 10 idle agents", unit: "MB", value: idle.idleMb, reference: against }, 36),
    over({ what: "RSS with 10 agents after load", unit: "MB", value: idle.loadedMb, reference: against }, 60),
    alone(
      {
        what: "RSS per further idle agent",
        unit: "KB",
        value: ours.agentKb,
        reference: stockRow(stock.agentKb),
        note: goText(go?.agentKb),
      },
      30,
    ),
    alone(
      {
        what: "$SRV.INFO of 1,000 agents, last reply",
        unit: "ms",
        value: ours.infoMs,
        reference: stockRow(stock.infoMs),
        note: goText(go?.infoMs),
      },
      30,
    ),
    alone(
      {
        what: "processor when idle, 1,000 agents",
        unit: "% of a core",
        value: ours.idlePercent,
        reference: stockRow(stock.idlePercent),
        note: goText(go?.idlePercent),
      },
      2,
    ),
  ];
}

async function fewAgents(bench: BenchContext): Promise<{ readonly idleMb: number; readonly loadedMb: number }> {
  const host = await musterWith(bench, few);
  const idleMb = await settledMb(host.pid);
  const bus = await connectBus(bench.nats.url);
  const one = async (): Promise<boolean> => !(await promptOnce(bus, "agents.prompt.muster.bench.a0")).failed;
  await streamMany(16, 60, 200, one);
  await bus.close();
  const loadedMb = await settledMb(host.pid);
  await host.stop();
  return { idleMb, loadedMb };
}

async function manyOf(
  start: (count: number) => Promise<Host>,
  bench: BenchContext,
  fewMb?: number,
): Promise<{ readonly agentKb: number; readonly infoMs: number; readonly idlePercent: number }> {
  const base = fewMb ?? (await measured(await start(few)));
  const host = await start(many);
  const fullMb = await settledMb(host.pid);
  const infoMs = await medianOf(7, () => lastInfoMs(bench));
  const before = await cpuMs(host.pid);
  await Bun.sleep(31_000);
  const idlePercent = (((await cpuMs(host.pid)) - before) / 31_000) * 100;
  await host.stop();
  return { agentKb: ((fullMb - base) * 1e6) / 1024 / (many - few), infoMs, idlePercent };
}

async function measured(host: Host): Promise<number> {
  const value = await settledMb(host.pid);
  await host.stop();
  return value;
}

async function lastInfoMs({ nats }: BenchContext): Promise<number> {
  const bus = await connectBus(nats.url);
  const inbox = createInbox();
  const all = Promise.withResolvers<number>();
  let count = 0;
  const startedAt = performance.now();
  bus.subscribe(inbox, {
    callback: () => {
      if (++count === many) all.resolve(performance.now() - startedAt);
    },
  });
  bus.publish("$SRV.INFO.agents", "", { reply: inbox });
  const took = await all.promise;
  await bus.close();
  return took;
}

async function musterWith(bench: BenchContext, count: number): Promise<Host> {
  const names = Array.from({ length: count }, (_, at) => `  a${at}: { model: m }`);
  const running = await bench.muster(`
identity: { owner: bench }
nats: { mode: external, servers: ["${bench.nats.url}"] }
models:
  m: { provider: ollama, url: "${bench.modelUrl}", model: "long?tokens=200" }
defaults: { instructions: Answer., concurrency: 16, queue: 64 }
agents:
${names.join("\n")}
`);
  return { pid: running.pid(), stop: () => running.stop() };
}

function stockWith({ nats, stockHost }: BenchContext, count: number): Promise<HelperProcess> {
  return startHelper([...stockHost.argv, nats.url, String(count)], stockHost.folder);
}

function goWith({ nats, goHost, modelUrl }: BenchContext, count: number): Promise<HelperProcess> {
  return startHelper([goHost ?? "", nats.url, String(count), modelUrl, "quick"]);
}
