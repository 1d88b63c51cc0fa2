// How many threads generate: one a physical core, since two on one core slow each other down.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Physical cores that this process may use; at least 1. */
export function usableCores(): number {
  return Math.max(1, Math.min(physicalCores(readCpuInfo()) ?? availableParallelism(), availableParallelism()));
}

/** Counts the distinct cores in the text of /proc/cpuinfo; undefined where it doesn't tell them (ARM, where each processor is one). */
export function physicalCores(cpuInfo: string): number | undefined {
  const cores = new Set<string>();
  for (const processor of cpuInfo.split("\n\n")) {
    const core = field(processor, "core id");
    if (core !== undefined) cores.add(`${field(processor, "physical id") ?? "0"}/${core}`);
  }
  return cores.size === 0 ? undefined : cores.size;
}

function field(processor: string, name: string): string | undefined {
  return new RegExp(`^${name}\\s*:\\s*(\\d+)`, "m").exec(processor)?.[1];
}

function readCpuInfo(): string {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
}
