// A child process that is spoken to over its standard input and output. Its whole process group ends with it, and with us, however we end.

import { existsSync } from "node:fs";

export interface SpokenChildOptions {
  readonly argv: readonly [program: string, ...args: string[]];
  /** All that it sees: nothing is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface SpokenChildEnd {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface SpokenChild {
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  /** Resolves when it has ended; what was left of its group is killed then. Never rejects. */
  readonly ended: Promise<SpokenChildEnd>;
  /** Text that it has not taken yet, in UTF-16 units. */
  pending(): number;
  /** Text for its standard input. What a child that is gone does not take is lost: its end tells. */
  write(text: string): void;
  /** Closes its input, which asks it to end; SIGTERM to its group after half of `graceMs`, SIGKILL after all of it. May be called again. */
  stop(graceMs: number): Promise<void>;
}

const shell = "/bin/sh";
// The shell becomes the program; what it leaves behind waits for the end of a pipe that only we hold, and then kills the group.
const lifeline = '(cat <&3; kill -s KILL -- -$$) >/dev/null 2>&1 </dev/null & exec "$0" "$@" 3<&-';

/** Starts it. Throws when the program cannot be run. */
export function startSpokenChild({ argv, environment, cwd }: SpokenChildOptions): SpokenChild {
  const isTied = process.platform !== "win32" && existsSync(shell);
  const child = Bun.spawn(isTied ? [shell, "-c", lifeline, ...argv] : [...argv], {
    env: { ...environment },
    cwd,
    detached: process.platform !== "win32",
    // The fourth is never closed by us: Bun does, once the child is gone.
    stdio: ["pipe", "pipe", "pipe", ...(isTied ? (["pipe"] as const) : [])],
  });
  return new GroupLeader(child);
}

type PipedChild = Bun.Subprocess<"pipe", "pipe", "pipe">;

class GroupLeader implements SpokenChild {
  readonly ended: Promise<SpokenChildEnd>;
  readonly #child: PipedChild;
  readonly #queue: string[] = [];
  #pending = 0;
  #isWriting = false;
  #isClosed = false;

  constructor(child: PipedChild) {
    this.#child = child;
    this.ended = this.#untilEnd();
  }

  get pid(): number {
    return this.#child.pid;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return this.#child.stdout;
  }

  get stderr(): ReadableStream<Uint8Array> {
    return this.#child.stderr;
  }

  pending(): number {
    return this.#pending;
  }

  write(text: string): void {
    if (this.#isClosed) return;
    this.#queue.push(text);
    this.#pending += text.length;
    if (!this.#isWriting) void this.#writeAll();
  }

  async stop(graceMs: number): Promise<void> {
    this.#close();
    const ask = setTimeout(() => endGroup(this.pid, "SIGTERM"), graceMs / 2);
    const insist = setTimeout(() => endGroup(this.pid, "SIGKILL"), graceMs);
    try {
      await this.ended;
    } finally {
      clearTimeout(ask);
      clearTimeout(insist);
    }
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let text = this.#queue.shift(); text !== undefined; text = this.#queue.shift()) {
        await this.#child.stdin.write(text);
        await this.#child.stdin.flush();
        this.#pending -= text.length;
      }
    } catch {
      this.#close(); // It reads no more: its end tells.
    } finally {
      this.#isWriting = false;
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.length = 0;
    const close = async () => this.#child.stdin.end();
    close().catch(toldByItsEnd);
  }

  async #untilEnd(): Promise<SpokenChildEnd> {
    await this.#child.exited;
    endGroup(this.pid, "SIGKILL");
    this.#close();
    const { exitCode, signalCode } = this.#child;
    return { code: exitCode ?? undefined, signal: signalCode === null ? undefined : String(signalCode) };
  }
}

/** Its group is there as long as one process of it is; on Windows there are no groups, and its own end must do. */
function endGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM");
}

function toldByItsEnd(): void {
  return;
}
