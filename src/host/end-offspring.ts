// Ends all that a program started and left behind: its process group, and whoever left that group, by the mark in its environment.

import { readdirSync, readFileSync } from "node:fs";

/** The variable that marks the processes of one call; its value is unlike any other. */
export const markName = "MUSTER_CALL";

/** Twice at most: a process may start another while the first look goes on. */
const looks = 2;

/** By SIGKILL. `pid`: leader of the group. */
export function endOffspring(pid: number, mark: string): void {
  kill(-pid);
  for (let look = 0; look < looks; look++) {
    const marked = markedProcesses(mark);
    if (marked.length === 0) return;
    for (const other of marked) kill(other);
  }
}

/** Empty where the system does not tell environments of processes. */
function markedProcesses(mark: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && isMarked(name, mark))
    .map(Number);
}

function isMarked(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${markName}=${mark}`);
  } catch {
    return false; // It has ended, or is somebody else's: then none of ours.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
