// Do the models that live on this machine fit into its memory?

import type { AvailableMemory } from "../../host/available-memory.ts";
import type { MemoryShortage } from "../../model/memory-need.ts";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";
import { readableSize } from "./readable-size.ts";

export interface LocalModel {
  readonly name: string;
  /** What the machine lacks to load it; undefined when it is loaded, fits, is not there, or nobody knows. Never rejects. */
  readonly shortage: (signal: AbortSignal) => Promise<MemoryShortage | undefined>;
}

export function checkMemory(models: readonly LocalModel[], memory: () => AvailableMemory | undefined): Check {
  return { name: "memory", deadlineMs: 15_000, examine: (signal) => memoryFindings(models, memory(), signal) };
}

async function memoryFindings(
  models: readonly LocalModel[],
  memory: AvailableMemory | undefined,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (memory === undefined) return [skipped("This system does not say how much memory is left")];
  const { machineBytes, totalBytes } = memory;
  const found = await Promise.all(models.map(async ({ name, shortage }) => ({ name, lack: await shortage(signal) })));
  const bad = found.flatMap(({ name, lack }) => (lack === undefined ? [] : [shortageFinding(name, lack, totalBytes)]));
  if (bad.length > 0) return bad;
  const fit = models.length === 0 ? "" : ", and no model here is known to need more";
  return [
    ok(`${readableSize(machineBytes)} of ${readableSize(totalBytes)} left${fit}`, {
      availableBytes: machineBytes,
      totalBytes,
    }),
  ];
}

function shortageFinding(name: string, { needBytes, availableBytes }: MemoryShortage, totalBytes: number): Finding {
  const facts = { needBytes, availableBytes, totalBytes };
  const needs = `Model "${name}" needs about ${readableSize(needBytes)}`;
  if (needBytes > totalBytes) {
    return problem(
      `${needs}, and this machine has ${readableSize(totalBytes)}`,
      "Take a smaller model, a smaller quantisation of it or a smaller context, or an endpoint on another machine",
      facts,
    );
  }
  return warning(
    `${needs}, and ${readableSize(availableBytes)} can be had now`,
    'End what takes the memory ("ps aux --sort=-rss | head"), let other models be unloaded sooner (keep_alive), or take a smaller one',
    facts,
  );
}
