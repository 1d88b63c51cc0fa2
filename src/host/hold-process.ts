// Has a process stand still for a while, so that what it has written can be read as of one instant.

import { readdirSync, readFileSync } from "node:fs";
import { isRunning, processIdentity } from "./process-identity.ts";

const stopWithinMs = 2_000;

/** Holds one process at a time. */
export class ProcessHold {
  #state: "free" | "held" | { readonly release: () => void } = "free";

  /** Resolves when none of its threads runs, to what has it run again (and may be called again). Rejects where it cannot be held; then it runs. */
  async hold(pid: number): Promise<() => void> {
    if (this.#state !== "free") throw new Error("it is held already");
    this.#state = "held";
    try {
      const held = { release: await holdProcess(pid) };
      this.#state = held;
      return () => {
        if (this.#state === held) this.release();
      };
    } catch (error) {
      this.#state = "free";
      throw error;
    }
  }

  /** Does nothing when none is held. */
  release(): void {
    const state = this.#state;
    if (typeof state === "string") return;
    this.#state = "free";
    state.release();
  }
}

/** Resolves when none of its threads runs, to what has it run again. Rejects where it cannot be held; then it runs. */
async function holdProcess(pid: number): Promise<() => void> {
  if (process.platform === "win32") throw new Error("A process cannot be held on Windows");
  const identity = processIdentity(pid);
  if (identity === undefined) throw new Error(`There is no process ${pid}`);
  const release = (): void => {
    if (isRunning(identity)) process.kill(pid, "SIGCONT");
  };
  process.kill(pid, "SIGSTOP");
  const deadline = performance.now() + stopWithinMs;
  while (!isStill(pid)) {
    if (performance.now() > deadline) {
      release();
      throw new Error(`Process ${pid} did not stand still within ${stopWithinMs / 1000} s`);
    }
    await Bun.sleep(2);
  }
  return release;
}

function isStill(pid: number): boolean {
  if (process.platform !== "linux") return stateElsewhere(pid).startsWith("T");
  return readdirSync(`/proc/${pid}/task`).every((thread) => stateOfThread(pid, thread) !== "moving");
}

function stateOfThread(pid: number, thread: string): "still" | "moving" {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    return "TtZX".includes(stat.charAt(stat.lastIndexOf(")") + 2)) ? "still" : "moving";
  } catch {
    return "still"; // It ended in between.
  }
}

function stateElsewhere(pid: number): string {
  return Bun.spawnSync(["ps", "-o", "state=", "-p", String(pid)])
    .stdout.toString()
    .trim();
}
