// A running Muster of one test file: from source or as an executable, in a folder of its own, gone when the test ends it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../build/paths.ts";
import { runtimeStatus } from "../../src/runtime/control-client.ts";
import type { RuntimeStatus } from "../../src/runtime/control-protocol.ts";
import { type ProgramResult, runProgram } from "./run-program.ts";
import { until } from "./until.ts";

export interface MusterOptions {
  readonly manifest: string;
  /** How it is started; default: from source. */
  readonly program?: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** For its agents to have looked at their models; default 30 s. */
  readonly readyWithinMs?: number;
  /** Further arguments of `run`. */
  readonly runArguments?: readonly string[];
  /** Where its folder is made; default: the system's temporary folder. */
  readonly parent?: string;
  /** Starting counts as done when the agents are degraded, too. */
  readonly acceptsDegraded?: boolean;
  /** Default: one in its own folder. */
  readonly stateDirectory?: string;
  /** Starting counts as done without a bus, too. */
  readonly acceptsNoBus?: boolean;
  /** Takes the log as it comes, instead of its being kept: for runs that log much. */
  readonly onLog?: (text: string) => void;
}

export interface RunningMuster {
  readonly folder: string;
  readonly stateDirectory: string;
  pid(): number;
  /** Everything that it has logged, restarts included. */
  log(): string;
  status(): Promise<RuntimeStatus>;
  /** Waits until an agent has nothing in flight and nothing queued. */
  untilIdle(agent: string, limitMs?: number): Promise<void>;
  /** Runs a command of the same program against this runtime's manifest and state directory. */
  command(
    args: readonly string[],
    options?: { readonly stdin?: string; readonly limitMs?: number },
  ): Promise<ProgramResult>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again after `kill`; resolves when its agents are ready. */
  restart(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  terminate(): Promise<number>;
  /** Ends it and removes its folder. May be called again. */
  stop(): Promise<void>;
}

export const fromSource: readonly string[] = [process.execPath, join(root, "src", "main.ts")];

/** Starts one; resolves when all its agents are `ready`. Throws with its log when that doesn't come. */
export async function startMuster(options: MusterOptions): Promise<RunningMuster> {
  const muster = new Muster(options, await mkdtemp(join(options.parent ?? tmpdir(), "muster-run-")));
  try {
    await writeFile(muster.manifestFile, options.manifest);
    await muster.restart();
  } catch (error) {
    await muster.stop();
    throw new Error(`Muster did not become ready:\n${muster.log()}`, { cause: error });
  }
  return muster;
}

/** Commands that read no manifest. */
const asksTheRuntimeOnly: ReadonlySet<string> = new Set([
  "drain",
  "start",
  "status",
  "reload",
  "trace",
  "runs",
  "conversations",
  "knowledge",
  "approvals",
  "approve",
  "deny",
]);

class Muster implements RunningMuster {
  readonly folder: string;
  readonly stateDirectory: string;
  readonly manifestFile: string;
  readonly #options: MusterOptions;
  readonly #program: readonly string[];
  #log = "";
  #child: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;

  constructor(options: MusterOptions, folder: string) {
    this.folder = folder;
    this.stateDirectory = options.stateDirectory ?? join(folder, "state");
    this.manifestFile = join(folder, "agents.yaml");
    this.#options = options;
    this.#program = options.program ?? fromSource;
  }

  pid(): number {
    if (this.#child === undefined) throw new Error("Muster is not running");
    return this.#child.pid;
  }

  log(): string {
    return this.#log;
  }

  status(): Promise<RuntimeStatus> {
    return runtimeStatus(this.stateDirectory);
  }

  async untilIdle(agent: string, limitMs = 10_000): Promise<void> {
    await until(
      `agent "${agent}" to be idle`,
      async () => {
        const found = (await this.status()).agents.find((one) => one.name === agent);
        return found?.inFlight === 0 && found.queued === 0;
      },
      limitMs,
    );
  }

  async command(
    args: readonly string[],
    options: { readonly stdin?: string; readonly limitMs?: number } = {},
  ): Promise<ProgramResult> {
    const [name = "", ...rest] = args;
    const file = asksTheRuntimeOnly.has(name) ? [] : ["-f", this.manifestFile];
    const where = [...file, "--state", this.stateDirectory];
    return runProgram([...this.#program, name, ...where, ...rest], {
      ...options,
      cwd: this.folder,
      env: this.#environment(),
    });
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#child?.exited;
    this.#child = undefined;
  }

  async restart(): Promise<void> {
    const arguments_ = [
      "run",
      "-f",
      this.manifestFile,
      "--state",
      this.stateDirectory,
      ...(this.#options.runArguments ?? []),
    ];
    const child = Bun.spawn([...this.#program, ...arguments_], {
      cwd: this.folder,
      env: this.#environment(),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#child = child;
    void this.#follow(child.stderr);
    await until("all agents to be ready", () => this.#isReady(child), this.#options.readyWithinMs ?? 30_000);
  }

  async terminate(): Promise<number> {
    const child = this.#child;
    if (child === undefined) throw new Error("Muster is not running");
    child.kill("SIGTERM");
    const code = await child.exited;
    this.#child = undefined;
    return code;
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await this.terminate();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #isReady(child: Bun.Subprocess): Promise<boolean> {
    if (child.exitCode !== null) throw new Error(`It ended with code ${child.exitCode}`);
    const wanted = ["ready"];
    if (this.#options.acceptsDegraded === true) wanted.push("degraded");
    if (this.#options.acceptsNoBus === true) wanted.push("starting");
    const status = await this.status().catch(() => undefined);
    if (status === undefined || status.agents.length === 0) return false;
    if (status.bus.state !== "connected" && this.#options.acceptsNoBus !== true) return false;
    return status.agents.every(({ state }) => wanted.includes(state));
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    const keep = (text: string): void => void (this.#log += text);
    const take = this.#options.onLog ?? keep;
    for await (const piece of stream) take(decoder.decode(piece, { stream: true }));
  }

  #environment(): Record<string, string | undefined> {
    return { PATH: process.env["PATH"], HOME: this.folder, ...this.#options.environment };
  }
}
