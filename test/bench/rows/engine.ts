// The engine inside the executable against Ollama: the same file, one thread each.

import { lastCall } from "../../../build/demo/call-line.ts";
import { descendantsWith } from "../../support/child-processes.ts";
import type { RunningMuster } from "../../support/muster.ts";
import { missingForOllama, smallModelFile, startOllama } from "../../support/ollama/ollama.ts";
import type { BenchContext } from "../support/bench-context.ts";
import { rssMb } from "../support/process-figures.ts";
import { alone, ratio, type Row } from "../support/row.ts";
import { median } from "../support/statistics.ts";
import { connectBus, promptOnce } from "../support/streams.ts";

const builtin = "agents.prompt.muster.bench.builtin";
const ollama = "agents.prompt.muster.bench.ollama";

/** None where Ollama can't be had: there would be nothing to compare with. */
export async function engineRows(bench: BenchContext): Promise<readonly Row[]> {
  if (missingForOllama() !== undefined) return [];
  const server = await startOllama();
  const muster = await bench.muster(`
identity: { owner: bench }
nats: { mode: external, servers: ["${bench.nats.url}"] }
models:
  builtin: { provider: builtin, file: "${await smallModelFile()}", threads: 1, context: 2048, max_output: 120, temperature: 0 }
  ollama: { provider: ollama, url: "${server.url}", model: ${server.model}, context: 2048, max_output: 120, temperature: 0 }
defaults: { instructions: Write long answers. }
agents:
  builtin: { model: builtin }
  ollama: { model: ollama }
`);
  const bus = await connectBus(bench.nats.url);
  try {
    const before = await rssMb(muster.pid());
    const rates = { builtin: [] as number[], ollama: [] as number[] };
    await promptOnce(bus, builtin);
    await promptOnce(bus, ollama);
    for (let at = 0; at < 5; at++) {
      rates.builtin.push(await rate(muster, () => promptOnce(bus, builtin)));
      rates.ollama.push(await rate(muster, () => promptOnce(bus, ollama)));
    }
    const grown = (await rssMb(muster.pid())) - before;
    const restart = await restartMs(muster, () => promptOnce(bus, builtin));
    const theirs = { what: "Ollama", value: median(rates.ollama) };
    const alike = { what: "before it was used", value: before };
    return [
      ratio(
        { what: "built-in engine, one thread", unit: "tokens/s", value: median(rates.builtin), reference: theirs },
        0.8,
      ),
      alone({ what: "growth of our own RSS by the engine", unit: "MB", value: grown, reference: alike }, 10),
      alone(
        {
          what: "first text after kill -9 of the engine",
          unit: "ms",
          value: restart,
          reference: { what: "none", value: 0 },
        },
        2_000,
      ),
    ];
  } finally {
    await bus.close();
    await muster.stop();
    await server.stop();
  }
}

async function rate(muster: RunningMuster, prompt: () => Promise<unknown>): Promise<number> {
  await prompt();
  await muster.untilIdle("builtin");
  const call = lastCall(muster.log());
  if (call === undefined) throw new Error("The runtime logged no model call");
  return (call.outputTokens - 1) / ((call.totalMs - call.firstTokenMs) / 1000);
}

/** From the kill of the idle engine to the first text of the next answer; a prompt that meets the death itself is asked again. */
async function restartMs(
  muster: RunningMuster,
  prompt: () => Promise<{ readonly firstMs: number; readonly failed: boolean }>,
): Promise<number> {
  const [engine] = await descendantsWith(muster.pid(), "__engine");
  if (engine === undefined) throw new Error("No engine process is running");
  const killedAt = performance.now();
  process.kill(engine, "SIGKILL");
  for (;;) {
    const askedAt = performance.now();
    const { firstMs, failed } = await prompt();
    if (!failed && firstMs > 0) return askedAt - killedAt + firstMs;
    if (askedAt - killedAt > 60_000) throw new Error("No answer within a minute of the engine's end");
  }
}
