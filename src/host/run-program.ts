// A program run to its end for somebody else: without a shell's meaning of its words, within bounds of time and output, and nothing of it left
// behind, whatever it started.

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { boundedOutput, type BoundedOutput } from "./bounded-output.ts";
import { endOffspring, markName } from "./end-offspring.ts";

export interface ProgramRun {
  /** The program as an absolute path; its words are handed over as they are. */
  readonly argv: readonly [string, ...string[]];
  /** All that it sees of an environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Default: nothing to read. */
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** How much of what it prints is kept, half from the beginning and half from the end. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** `flood`: it printed more than anybody can have meant. */
  readonly why: "ended" | "timeout" | "aborted" | "flood";
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Standard output and standard error, as they came. */
  readonly output: BoundedOutput;
}

/** A program that prints more is ended. */
const floodBytes = 256 * 1024 ** 2;
/** What is still to be read of a program that has ended. */
const restMs = 500;

const shell = "/bin/sh";
// The shell becomes the program; what it leaves behind waits for the end of our pipe, which the system closes when we end.
const lifeline = '(cat <&3; kill -KILL -$$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

/** Resolves when it and all that it started are gone. Rejects only when it cannot be started. */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const mark = randomUUID();
  const child = start(run, mark);
  const output = boundedOutput(run.maxOutputBytes);
  const { promise, resolve: stop } = Promise.withResolvers<ProgramEnd["why"]>();
  const timer = setTimeout(() => stop("timeout"), run.timeoutMs);
  const onAbort = (): void => stop("aborted");
  run.signal.addEventListener("abort", onAbort, { once: true });
  if (run.signal.aborted) onAbort();
  const reading = [child.stdout, child.stderr].map((stream) => read(stream, output, () => stop("flood")));
  try {
    const why = await Promise.race([child.exited.then(() => "ended" as const), promise]);
    endOffspring(child.pid, mark);
    await child.exited;
    await Promise.race([Promise.all(reading.map(({ done }) => done)), Bun.sleep(restMs)]);
    return {
      why,
      code: child.exitCode ?? undefined,
      signal: child.signalCode === null ? undefined : String(child.signalCode),
      output,
    };
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", onAbort);
    for (const stream of reading) stream.cancel();
  }
}

function start({ argv, environment, cwd, stdin }: ProgramRun, mark: string) {
  const isTied = process.platform !== "win32" && existsSync(shell);
  return Bun.spawn({
    cmd: isTied ? [shell, "-c", lifeline, ...argv] : [...argv],
    env: { ...environment, [markName]: mark },
    cwd,
    detached: process.platform !== "win32",
    stdio: [stdin === undefined ? "ignore" : new Blob([stdin]), "pipe", "pipe", isTied ? "pipe" : "ignore"],
  });
}

interface Reading {
  readonly done: Promise<void>;
  cancel(): void;
}

function read(stream: ReadableStream<Uint8Array>, output: BoundedOutput, onFlood: () => void): Reading {
  const reader = stream.getReader();
  const drain = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      output.add(value);
      if (output.totalBytes > floodBytes) onFlood();
    }
  };
  // A stream that breaks has ended.
  const done = drain().catch(() => undefined);
  return { done, cancel: () => void reader.cancel().catch(() => undefined) };
}
