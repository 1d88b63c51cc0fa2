// How much memory may be taken before the system has to end somebody: of the machine, and of the control group that this process is in.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface AvailableMemory {
  /** What any process of the machine may still take: `MemAvailable` and free swap. */
  readonly machineBytes: number;
  /** What this process and its children may take: less where a control group (v2) bounds them. */
  readonly ownBytes: number;
  /** Memory of the machine, or of the control group where that is less; swap not counted. */
  readonly totalBytes: number;
}

export interface MemoryFiles {
  readonly proc: string;
  readonly cgroups: string;
}

const linuxFiles: MemoryFiles = { proc: "/proc", cgroups: "/sys/fs/cgroup" };

/** Reads it now. Undefined where the system does not tell (other systems than Linux). Never throws. */
export function availableMemory(files: MemoryFiles = linuxFiles): AvailableMemory | undefined {
  const meminfo = read(join(files.proc, "meminfo"));
  const machineBytes = machineBytesOf(meminfo);
  const total = kilobytes(meminfo, "MemTotal");
  if (machineBytes === undefined || total === undefined) return undefined;
  const groups = controlGroups(files);
  return {
    machineBytes,
    ownBytes: Math.max(0, Math.min(machineBytes, ...groups.map(({ freeBytes }) => freeBytes))),
    totalBytes: Math.min(total, ...groups.map(({ limitBytes }) => limitBytes)),
  };
}

/** `machineBytes` alone, which is one file to read: for what asks at each prompt. */
export function availableMachineBytes(files: MemoryFiles = linuxFiles): number | undefined {
  return machineBytesOf(read(join(files.proc, "meminfo")));
}

function machineBytesOf(meminfo: string): number | undefined {
  const available = kilobytes(meminfo, "MemAvailable");
  return available === undefined ? undefined : available + (kilobytes(meminfo, "SwapFree") ?? 0);
}

interface GroupMemory {
  readonly limitBytes: number;
  readonly freeBytes: number;
}

/** Those from ours up to the root that have a limit. */
function controlGroups({ proc, cgroups }: MemoryFiles): readonly GroupMemory[] {
  const path = /^0::(\/.*)$/m.exec(read(join(proc, "self", "cgroup")))?.[1];
  if (path === undefined) return [];
  const found: GroupMemory[] = [];
  for (let at = path; at !== "/" && !at.startsWith("/.."); at = dirname(at)) {
    const group = groupMemory(join(cgroups, at));
    if (group !== undefined) found.push(group);
  }
  const root = groupMemory(cgroups);
  return root === undefined ? found : [...found, root];
}

/** Pages of files are given back when memory is short, so they count as free. */
function groupMemory(folder: string): GroupMemory | undefined {
  const limitBytes = Number.parseInt(read(join(folder, "memory.max")), 10);
  const usedBytes = Number.parseInt(read(join(folder, "memory.current")), 10);
  if (Number.isNaN(limitBytes) || Number.isNaN(usedBytes)) return undefined;
  const stat = read(join(folder, "memory.stat"));
  const reclaimable = ["inactive_file", "active_file", "slab_reclaimable"].reduce(
    (sum, name) => sum + Number(new RegExp(`^${name} (\\d+)$`, "m").exec(stat)?.[1] ?? 0),
    0,
  );
  return { limitBytes, freeBytes: limitBytes - usedBytes + reclaimable };
}

function kilobytes(meminfo: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(meminfo)?.[1];
  return value === undefined ? undefined : Number(value) * 1024;
}

/** Empty where there is no such file: a system, or a group, without it. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
