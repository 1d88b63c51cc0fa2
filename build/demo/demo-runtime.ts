// The runtime of the demo: the executable with a manifest and a state directory of its own, gone afterwards.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lines are written some ms after what they tell of. */
const logLimitMs = 10_000;
/** For extraction, start of the bus, and a first look at a model that may have to be loaded. */
const readyLimitMs = 120_000;

export class DemoRuntime {
  readonly #executable: string;
  readonly #folder: string;
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  #log = "";

  private constructor(executable: string, folder: string) {
    this.#executable = executable;
    this.#folder = folder;
    this.#child = Bun.spawn([executable, "run", ...this.#where()], {
      cwd: folder,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      detached: true,
    });
  }

  /** Resolves when the agent answers; throws with the runtime's log when it doesn't come to that. */
  static async start(executable: string, manifest: string): Promise<DemoRuntime> {
    const folder = await mkdtemp(join(tmpdir(), "muster-demo-"));
    await writeFile(join(folder, "agents.yaml"), manifest);
    const runtime = new DemoRuntime(executable, folder);
    void runtime.#follow();
    await runtime.#untilReady();
    return runtime;
  }

  log(): string {
    return this.#log;
  }

  /** What `find` makes of the log, as soon as it finds something there; throws with the log when it does not. */
  async logged<Found>(what: string, find: (log: string) => Found | undefined): Promise<Found> {
    const end = performance.now() + logLimitMs;
    while (performance.now() < end) {
      const found = find(this.#log);
      if (found !== undefined) return found;
      await Bun.sleep(20);
    }
    throw new Error(`No ${what} in the runtime's log:\n${this.#log}`);
  }

  /** Runs a command on the user's terminal; resolves to its exit code. */
  async show(name: string, ...args: readonly string[]): Promise<number> {
    const child = Bun.spawn([this.#executable, name, ...this.#where(), ...args], {
      cwd: this.#folder,
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    });
    return child.exited;
  }

  /** As a service manager would: SIGTERM, then waits. Resolves to the exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    const code = await this.#child.exited;
    await rm(this.#folder, { recursive: true, force: true });
    return code;
  }

  #where(): string[] {
    return ["-f", join(this.#folder, "agents.yaml"), "--state", this.#state()];
  }

  #state(): string {
    return join(this.#folder, "state");
  }

  async #follow(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of this.#child.stderr) this.#log += decoder.decode(piece, { stream: true });
  }

  async #untilReady(): Promise<void> {
    const end = performance.now() + readyLimitMs;
    while (performance.now() < end && this.#child.exitCode === null) {
      if (await this.#isReady()) return;
      await Bun.sleep(100);
    }
    await this.stop();
    throw new Error(`The runtime did not become ready:\n${this.#log}`);
  }

  async #isReady(): Promise<boolean> {
    const child = Bun.spawn([this.#executable, "status", "--state", this.#state(), "--json"], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    const status = await new Response(child.stdout).text();
    return /"state":\s*"ready"/.test(status) && /"state":\s*"connected"/.test(status);
  }
}
