// Whether this machine has memory for the engine's child and its model.

import { existsSync, statSync } from "node:fs";
import { availableMemory } from "../../host/available-memory.ts";
import type { MemoryShortage } from "../memory-need.ts";
import { readGgufHeader } from "./gguf-header.ts";

/** Of the child without its model, and of what it computes with. */
const engineBytes = 128 * 1024 ** 2;

export interface EngineLoad {
  readonly path: string;
  /** Of all the calls that the child takes at once. */
  readonly contextTokens: number;
  /** Takes the place of the estimate. */
  readonly ramBytes?: number | undefined;
}

/** What is lacking to start a child with that model; undefined when it fits, or nobody knows. */
export async function engineShortage(load: EngineLoad): Promise<MemoryShortage | undefined> {
  const availableBytes = availableMemory()?.ownBytes;
  if (availableBytes === undefined || !existsSync(load.path)) return undefined;
  const needBytes = load.ramBytes ?? (await estimate(load));
  return needBytes <= availableBytes ? undefined : { needBytes, availableBytes };
}

/** A file that cannot be read is the load's own problem. */
async function estimate({ path, contextTokens }: EngineLoad): Promise<number> {
  const header = await readGgufHeader(path).catch(() => undefined);
  return engineBytes + statSync(path).size + contextTokens * (header?.contextBytesPerToken ?? 0);
}
