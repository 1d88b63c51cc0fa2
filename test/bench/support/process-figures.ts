// What Linux says of a process: its memory and its processor time.

import { readFile } from "node:fs/promises";

/** Resident memory in MB (10^6 bytes). */
export async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
}

/** The same once it has come to rest after its start or its work. */
export async function settledMb(pid: number): Promise<number> {
  await Bun.sleep(5_000);
  return rssMb(pid);
}

/** Processor time so far, user and system, in ms; a tick is 10 ms. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
