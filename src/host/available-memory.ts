// How much memory programs could still get before the machine has to swap or kill: MemAvailable of Linux.

import { readFileSync } from "node:fs";

/** In bytes; undefined where the system does not say (any but Linux). */
export function availableMemoryBytes(readInfo: () => string = readMemoryInfo): number | undefined {
  try {
    return parseAvailableMemory(readInfo());
  } catch {
    return undefined; // There is no such file on this system.
  }
}

/** Reads the text of `/proc/meminfo`. */
export function parseAvailableMemory(info: string): number | undefined {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function readMemoryInfo(): string {
  return readFileSync("/proc/meminfo", "utf8");
}
