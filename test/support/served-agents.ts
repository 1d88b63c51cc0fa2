// Programs of a test that serve agents by the library, gone when the test ends them.

import { join } from "node:path";
import { root } from "../../build/paths.ts";

export interface ServingProgram {
  readonly pid: number;
  pause(): void;
  resume(): void;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

export interface ServedAgents {
  readonly owner: string;
  /** Named `agent-0` and so on. */
  readonly count: number;
  /** Default 30 s. */
  readonly heartbeatMs?: number;
  readonly replicas?: boolean;
}

/** Resolves when its agents are on the bus. */
export async function startServing(url: string, agents: ServedAgents): Promise<ServingProgram> {
  const program = join(root, "test", "fixtures", "programs", "served-agents.ts");
  const { owner, count, heartbeatMs = 30_000, replicas = false } = agents;
  const args = [url, owner, String(count), String(heartbeatMs), ...(replicas ? ["replicas"] : [])];
  const child = Bun.spawn([process.execPath, program, ...args], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error(`The program of "${owner}" ended before its agents were ready`);
  return {
    pid: child.pid,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
