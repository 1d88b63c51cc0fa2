// What memory holds once all that nobody uses has gone, compiled code included. Left alone, a runtime collects when it sees fit: only after
// this do two readings of its memory compare.

import { heapStats } from "bun:jsc";
import { shrinkHeap } from "./shrink-heap.ts";

export interface CollectedMemory {
  /** Resident memory of the process. */
  readonly rssBytes: number;
  /** What JavaScript values take. */
  readonly heapBytes: number;
  readonly heapObjects: number;
  /** The objects by their type. */
  readonly types: Readonly<Record<string, number>>;
}

/** Collects all garbage, which stops everything else for some ms, and gives unused memory back to the system. Never rejects. */
export async function collectMemory(): Promise<CollectedMemory> {
  shrinkHeap();
  await Bun.sleep(1);
  Bun.gc(true);
  const { heapSize, objectCount, objectTypeCounts } = heapStats();
  return {
    rssBytes: process.memoryUsage.rss(),
    heapBytes: heapSize,
    heapObjects: objectCount,
    types: objectTypeCounts,
  };
}

export function isCollectedMemory(value: unknown): value is CollectedMemory {
  if (typeof value !== "object" || value === null) return false;
  const numbers = ["rssBytes", "heapBytes", "heapObjects"].map((name): unknown => Reflect.get(value, name));
  return numbers.every((one) => typeof one === "number") && "types" in value && typeof value.types === "object";
}
