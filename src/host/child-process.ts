// A child process whose life is tied to ours: in a session of its own, so that a Ctrl-C reaches us first, and gone when we are, however we end.

import { existsSync } from "node:fs";
import { childEnvironment } from "./child-environment.ts";
import { readLines } from "./read-lines.ts";
import { tailBuffer } from "./tail-buffer.ts";

export interface ChildOptions {
  readonly argv: readonly [program: string, ...args: string[]];
  /** Added to our own environment, of which what redirects code is scrubbed. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Each line of the child's standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface ChildEnd {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The last lines that it printed. */
  readonly tail: string;
}

export interface ChildProcess {
  readonly pid: number;
  /** Resolves when it has ended and its output is read. Never rejects. */
  readonly ended: Promise<ChildEnd>;
  /** Asks with SIGTERM, insists with SIGKILL after `graceMs`. Resolves when it has ended; may be called again. */
  stop(graceMs: number): Promise<ChildEnd>;
}

const shell = "/bin/sh";
// The shell becomes the program; what it leaves behind waits for the end of our pipe, which the system closes when we end.
const lifeline = 'exec 3<&0; (cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&- </dev/null';

/** Starts it. Throws when the program can't be run; its later end is `ended`'s to tell. */
export function startChild(options: ChildOptions): ChildProcess {
  const isTied = process.platform !== "win32" && existsSync(shell);
  const argv = isTied ? [shell, "-c", lifeline, ...options.argv] : [...options.argv];
  const child = Bun.spawn(argv, {
    env: childEnvironment(options.environment),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    detached: process.platform !== "win32",
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const ended = untilEnd(child, options.onLine, isTied);
  return { pid: child.pid, ended, stop: (graceMs) => stop(child, ended, graceMs) };
}

type PipedChild = Bun.Subprocess<"pipe", "pipe", "pipe">;

async function untilEnd(
  child: PipedChild,
  onLine: ((line: string) => void) | undefined,
  isTied: boolean,
): Promise<ChildEnd> {
  const tail = tailBuffer();
  const take = (line: string): void => {
    tail.add(line);
    onLine?.(line);
  };
  const output = Promise.allSettled([readLines(child.stdout, take), readLines(child.stderr, take)]);
  await child.exited;
  if (isTied) endGroup(child.pid);
  await output;
  return {
    code: child.exitCode ?? undefined,
    signal: child.signalCode === null ? undefined : String(child.signalCode),
    tail: tail.text(),
  };
}

/** Ends what is left of the child's process group: the watcher of our pipe, and whatever the program started. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (!isNoSuchProcess(error)) throw error;
  }
}

async function stop(child: PipedChild, ended: Promise<ChildEnd>, graceMs: number): Promise<ChildEnd> {
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), graceMs);
  try {
    return await ended;
  } finally {
    clearTimeout(insist);
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM");
}
