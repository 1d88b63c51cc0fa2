// A short question to a program of the system, such as systemctl: its answer, or nothing.

import { childEnvironment } from "./child-environment.ts";

export interface BriefAnswer {
  readonly code: number;
  /** Standard output, at most 64 KB of it. */
  readonly text: string;
}

const maxChars = 64 * 1024;

/** Undefined when there is no such program, or when it did not end in time: it is killed then. Never rejects. */
export async function runBriefly(
  argv: readonly [string, ...string[]],
  limitMs: number,
): Promise<BriefAnswer | undefined> {
  if (Bun.which(argv[0]) === null) return undefined;
  try {
    const child = Bun.spawn([...argv], {
      env: childEnvironment({ LC_ALL: "C" }),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return child.signalCode === null ? { code, text: text.slice(0, maxChars) } : undefined;
  } catch {
    return undefined; // It cannot be run: as if it were not there.
  }
}
