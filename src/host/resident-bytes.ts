// How much memory another process takes, as far as the system tells.

import { readFileSync } from "node:fs";

/** 0 for a process that is gone, and where nobody tells. */
export function residentBytes(pid: number): number {
  if (process.platform !== "linux") return 0;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0; // It ended in between.
  }
}
