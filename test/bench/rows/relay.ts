// Text through Muster against text straight from the model server: time to the first of it, rate, processor time.

import type { RunningMuster } from "../../support/muster.ts";
import type { BenchContext } from "../support/bench-context.ts";
import { startHelper } from "../support/helper-process.ts";
import { cpuMs } from "../support/process-figures.ts";
import { alone, over, ratio, type Row } from "../support/row.ts";
import { median } from "../support/statistics.ts";
import { connectBus, fetchOnce, promptOnce, streamInTurn, streamMany } from "../support/streams.ts";

const tokens = 200;
const widths = [1, 16, 64, 256];
const subject = (name: string): string => `agents.prompt.muster.bench.${name}`;

export async function relayRows(bench: BenchContext): Promise<readonly Row[]> {
  const muster = await bench.muster(manifest(bench));
  try {
    return [
      await firstTextRow(bench),
      ...(await rateRows(bench, "ollama")),
      ...(await rateRows(bench, "openai")),
      ...(await cpuRows(bench, muster)),
    ];
  } finally {
    await muster.stop();
  }
}

function manifest({ nats, modelUrl }: BenchContext): string {
  return `
identity: { owner: bench }
nats: { mode: external, servers: ["${nats.url}"] }
endpoints:
  ollama: { provider: ollama, url: "${modelUrl}", parallel: 256 }
  openai: { provider: openai, url: "${modelUrl}/v1", parallel: 256 }
models:
  quick: { endpoint: ollama, model: "quick?tokens=20" }
  ollama: { endpoint: ollama, model: "long?tokens=${tokens}" }
  openai: { endpoint: openai, model: "long?tokens=${tokens}" }
defaults: { concurrency: 256, queue: 256, instructions: Answer. }
agents:
  quick: { model: quick }
  ollama: { model: ollama }
  openai: { model: openai }
`;
}

async function firstTextRow({ nats, modelUrl }: BenchContext): Promise<Row> {
  const bus = await connectBus(nats.url);
  const through: number[] = [];
  const direct: number[] = [];
  const body = chatBody("quick?tokens=20");
  for (let at = 0; at < 400; at++) {
    through.push((await promptOnce(bus, subject("quick"))).firstMs);
    direct.push(await fetchOnce(`${modelUrl}/api/chat`, body));
  }
  await bus.close();
  const row = { what: "time to first text, one caller", unit: "ms", value: median(through.slice(100)) };
  return over({ ...row, reference: { what: "direct HTTP", value: median(direct.slice(100)) } }, 1.5);
}

async function rateRows({ nats, modelUrl }: BenchContext, provider: "ollama" | "openai"): Promise<readonly Row[]> {
  const bus = await connectBus(nats.url);
  const url = provider === "ollama" ? `${modelUrl}/api/chat` : `${modelUrl}/v1/chat/completions`;
  const body = chatBody(`long?tokens=${tokens}`);
  const goal = provider === "ollama" ? 0.28 : 0.22;
  const through = async (): Promise<boolean> => !(await promptOnce(bus, subject(provider))).failed;
  const direct = async (): Promise<boolean> => (await fetchOnce(url, body)) > 0;
  const rows: Row[] = [];
  for (const width of widths) {
    const rounds = Math.max(3, Math.round(1_000 / width));
    await streamMany(width, 2, tokens, through);
    const [reference, ours] = await streamInTurn(width, rounds, tokens, [direct, through]);
    const what = `tokens relayed, ${width} streams, ${provider}`;
    const row = { what, unit: "tokens/s", value: ours.tokensPerS, note: `${ours.errors} errors` };
    rows.push(
      ratio({ ...row, reference: { what: "direct HTTP", value: reference.tokensPerS } }, width === 16 ? goal : 0),
    );
  }
  await bus.close();
  return rows;
}

async function cpuRows(bench: BenchContext, muster: RunningMuster): Promise<readonly Row[]> {
  const model = `long?tokens=${tokens}`;
  const go = await goCpu(bench, model);
  const note = go === undefined ? "no Go here" : `Go host, one chunk an answer: ${go.toFixed(2)}`;
  const relay = await startHelper([...bench.program("bare-relay.ts"), bench.nats.url, bench.modelUrl, model]);
  const bare = { pid: relay.pid, prompted: "bare.relay" };
  const rows: Row[] = [];
  for (const [provider, goal] of [
    ["ollama", 2.0],
    ["openai", 2.8],
  ] as const) {
    const ours = { pid: muster.pid(), prompted: subject(provider) };
    const [value = 0, reference = 0] = await cpuPer1000(bench, [ours, bare]);
    const row = { what: `processor time per 1,000 tokens, 16 streams, ${provider}`, unit: "ms", value };
    const times = `× ${(value / reference).toFixed(2)} of it`;
    rows.push(alone({ ...row, note: `${times}; ${note}`, reference: { what: "bare relay", value: reference } }, goal));
  }
  await relay.stop();
  return rows;
}

async function goCpu(bench: BenchContext, model: string): Promise<number | undefined> {
  if (bench.goHost === undefined) return undefined;
  const host = await startHelper([bench.goHost, bench.nats.url, "1", bench.modelUrl, model]);
  const [value] = await cpuPer1000(bench, [{ pid: host.pid, prompted: "agents.prompt.go.bench.a0" }]);
  await host.stop();
  return value;
}

interface Relay {
  readonly pid: number;
  /** The subject that it answers on. */
  readonly prompted: string;
}

/**
 * Of each relay in ms. Warmed up first, in turn: a runtime that rests drops its compiled code, and some thousand answers pass until that is all there
 * again. Then 2,400 answers each, in turn in ten slices, some seconds of work, for a tick is 10 ms.
 */
async function cpuPer1000({ nats }: BenchContext, relays: readonly Relay[]): Promise<readonly number[]> {
  const bus = await connectBus(nats.url);
  const slices = 10;
  const rounds = 15;
  const warmUps = 40;
  const prompt = (relay: Relay) => async () => !(await promptOnce(bus, relay.prompted)).failed;
  const spentMs = relays.map(() => 0);
  for (let warmUp = 0; warmUp < warmUps; warmUp++) {
    for (const relay of relays) await streamMany(16, rounds, tokens, prompt(relay));
  }
  for (let slice = 0; slice < slices; slice++) {
    for (const [at, relay] of relays.entries()) {
      const before = await cpuMs(relay.pid);
      await streamMany(16, rounds, tokens, prompt(relay));
      spentMs[at] = (spentMs[at] ?? 0) + (await cpuMs(relay.pid)) - before;
    }
  }
  await bus.close();
  return spentMs.map((ms) => ms / ((16 * rounds * slices * tokens) / 1000));
}

function chatBody(model: string): string {
  return JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
}
