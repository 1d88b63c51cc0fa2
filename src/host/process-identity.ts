// Is a pid still the process that we noted? Pids are used again, so a process is known by its pid and its start together.

import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque text, equal for equal processes: the start's time, or on Windows the program's name. */
  readonly startedAt: string;
}

/** The identity of a running process; undefined when there is none, or only its zombie. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startElsewhere(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True when that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startedAt === identity.startedAt;
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves to whether it is gone within twice that. Does nothing to any other process that took the pid. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<boolean> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isRunning(identity)) return true;
    sendSignal(identity.pid, signal);
    const deadline = performance.now() + graceMs;
    while (performance.now() < deadline && isRunning(identity)) await Bun.sleep(5);
  }
  return !isRunning(identity);
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startElsewhere(pid: number): string | undefined {
  if (process.platform === "win32") return nameOnWindows(pid);
  const ps = Bun.spawnSync(["ps", "-o", "state=,lstart=", "-p", String(pid)]);
  const line = ps.stdout.toString().trim();
  return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
}

function nameOnWindows(pid: number): string | undefined {
  const list = Bun.spawnSync(["tasklist", "/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]).stdout.toString();
  return /^"([^"]+)","\d+"/m.exec(list)?.[1];
}

function sendSignal(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended by itself in between.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
