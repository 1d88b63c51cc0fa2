// What the rows of the benchmark share: the executable, the reference programs, a nats-server, a scripted model server.

import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, root } from "../../../build/paths.ts";
import { firstProgram, runCommand } from "../../../build/run-command.ts";
import { buildExecutables, hostExecutable } from "../../../build/test/executables.ts";
import { type RunningMuster, startMuster } from "../../support/muster.ts";
import { type RunningNatsServer, startNatsServer } from "../../support/nats-server.ts";
import { type HelperProcess, startHelper } from "./helper-process.ts";

export interface BenchContext {
  readonly executable: string;
  /** A compiled program that says hello. */
  readonly hello: string;
  readonly nats: RunningNatsServer;
  /** The scripted model server's base URL; a model's name carries its script. */
  readonly modelUrl: string;
  /** Undefined where Go is missing. */
  readonly goHost: string | undefined;
  /** argv of a program of `test/bench/programs`, without its arguments. */
  program(name: string): readonly string[];
  /** Starts the executable with `manifest`, agents ready. */
  muster(manifest: string): Promise<RunningMuster>;
  /** argv of the stock library's host, without its arguments, and the folder that it runs in. */
  readonly stockHost: { readonly argv: readonly string[]; readonly folder: string };
  close(): Promise<void>;
}

const folder = join(cache, "bench");
const programs = join(root, "test", "bench", "programs");

export async function openBench(say: (line: string) => void): Promise<BenchContext> {
  await mkdir(folder, { recursive: true });
  await buildExecutables(say);
  say("Building the reference programs");
  const hello = await compileHello();
  const goHost = await buildGoHost();
  const stockHost = await installStockHost();
  const nats = await startNatsServer();
  const model: HelperProcess = await startHelper([
    process.execPath,
    join(root, "test", "support", "scripted-model.ts"),
    "--port",
    "0",
  ]);
  return {
    executable: hostExecutable,
    hello,
    nats,
    modelUrl: model.line,
    goHost,
    stockHost,
    program: (name) => [process.execPath, join(programs, name)],
    muster: (manifest) => startMuster({ manifest, program: [hostExecutable] }),
    close: async () => {
      await model.stop();
      await nats.stop();
    },
  };
}

async function compileHello(): Promise<string> {
  const outfile = join(folder, "hello");
  await runCommand([
    ...[process.execPath, "build", "--compile", "--minify", "--bytecode", join(programs, "hello.ts")],
    ...["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"],
    ...["--outfile", outfile],
  ]);
  return outfile;
}

async function buildGoHost(): Promise<string | undefined> {
  const go = firstProgram(["go"]);
  if (go === undefined) return undefined;
  const outfile = join(folder, "go-host");
  await runCommand([go, "build", "-trimpath", "-mod=readonly", "-o", outfile, "."], {
    cwd: join(root, "test", "bench", "go"),
    env: { CGO_ENABLED: "0", GOFLAGS: "" },
  });
  return outfile;
}

/** The stock library has another version of the NATS client below it, hence a folder of its own. */
async function installStockHost(): Promise<BenchContext["stockHost"]> {
  const home = join(folder, "stock");
  const packages = { "@nats-io/services": "3.0.0-25", "@nats-io/transport-node": "3.4.0" };
  if (!existsSync(join(home, "node_modules", "@nats-io", "services"))) {
    await mkdir(home, { recursive: true });
    await writeFile(
      join(home, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies: packages }),
    );
    await runCommand(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: home });
  }
  await cp(join(programs, "stock-host.mjs"), join(home, "stock-host.mjs"));
  return { argv: [process.execPath, join(home, "stock-host.mjs")], folder: home };
}
