// The processes below a process, as Linux shows them.

import { readdir, readFile } from "node:fs/promises";
import { until } from "./until.ts";

/** Pids of all descendants whose command line contains `text`. */
export async function descendantsWith(pid: number, text: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const child of await childrenOf(pid)) {
    const line = await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
    if (line.replaceAll("\0", " ").includes(text)) found.push(child);
    found.push(...(await descendantsWith(child, text)));
  }
  return found;
}

/** Whether a process lives; one that ended and waits to be collected does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !stat.includes(") Z ");
}

/** Stops a process without ending it; resolves when it has stopped. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  await until(`process ${pid} to stop`, async () => (await readFile(`/proc/${pid}/stat`, "utf8")).includes(") T "));
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(pids.map(parentOf));
  return pids.filter((_, at) => parents[at] === pid);
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(/\) \S (\d+) /.exec(stat)?.[1] ?? -1);
}
