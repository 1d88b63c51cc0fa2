// What processes have had written to a disk, as Linux counts it; memory file systems and some overlays count nothing.

import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendantsWith } from "./child-processes.ts";

/** Bytes of one process so far; 0 when it is gone. */
export function writtenBytes(pid: number): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Of a process and all below it. */
export async function writtenByAll(pid: number): Promise<number> {
  const pids = [pid, ...(await descendantsWith(pid, ""))];
  return pids.reduce((sum, one) => sum + writtenBytes(one), 0);
}

/** A new folder on a disk whose writes are counted; undefined where there is none. */
export function folderOnDisk(): string | undefined {
  if (process.platform !== "linux") return undefined;
  for (const place of [tmpdir(), "/var/tmp"]) {
    const folder = mkdtempSync(join(place, "muster-writes-"));
    if (isCounted(join(folder, "probe"))) return folder;
    rmSync(folder, { recursive: true });
  }
  return undefined;
}

function isCounted(file: string): boolean {
  const before = writtenBytes(process.pid);
  const descriptor = openSync(file, "w");
  writeSync(descriptor, Buffer.alloc(64 * 1024, 1));
  fsyncSync(descriptor);
  closeSync(descriptor);
  rmSync(file);
  return writtenBytes(process.pid) - before >= 64 * 1024;
}
