// Ollama from its Go module, built once into the test cache: no release archive, no account, minutes of two cores.

import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../../build/run-command.ts";
import { testCache } from "../test-cache.ts";

/** The last line whose runner is part of the same program. */
const version = "v0.24.0";
/** An older module that still holds two headers which later ones keep in folders that Go leaves out of modules. */
const headersVersion = "v0.9.6";

/** What the machine lacks to build Ollama; undefined: nothing, or it is built already. */
export function missingForOllama(): string | undefined {
  if (existsSync(ollamaPath())) return undefined;
  const missing = ["go", "gcc", "g++"].filter((name) => Bun.which(name) === null);
  return missing.length === 0 ? undefined : `building Ollama needs ${missing.join(", ")} on PATH`;
}

/** Path of the program, built when it isn't in the cache (4 to 5 minutes). */
export async function buildOllama(say: (line: string) => void = console.warn): Promise<string> {
  const path = ollamaPath();
  if (existsSync(path)) return path;
  say(`Building Ollama ${version} into "${testCache}" (some minutes, once)`);
  const work = join(testCache, `build-${process.pid}`);
  try {
    await mkdir(join(work, "tmp"), { recursive: true });
    await layHeaders(work);
    await build(work);
    await mkdir(join(testCache, "bin"), { recursive: true });
    await rename(join(work, "out", "ollama"), path);
  } finally {
    await runCommand(["chmod", "-R", "u+w", work]);
    await rm(work, { recursive: true, force: true });
  }
  return path;
}

function ollamaPath(): string {
  return join(testCache, "bin", `ollama-${version}-${instructionSet()}`);
}

async function build(work: string): Promise<void> {
  const flags = instructionSet() === "v3" ? "-O3 -march=x86-64-v3" : "-O3";
  const name = "github.com/ollama/ollama";
  const stamp = `-s -w -X ${name}/version.Version=${version.slice(1)}`;
  await runCommand(
    ["nice", "-n", "5", "go", "install", "-trimpath", "-buildvcs=false", "-ldflags", stamp, `${name}@${version}`],
    {
      cwd: work,
      env: {
        GOBIN: join(work, "out"),
        GOFLAGS: "",
        CGO_ENABLED: "1",
        GOCACHE: join(work, "gocache"),
        GOTMPDIR: join(work, "tmp"),
        CGO_CPPFLAGS: `-I${join(work, "headers")}`,
        CGO_CFLAGS: flags,
        CGO_CXXFLAGS: flags,
      },
    },
  );
}

/** A Go module's archive has no folder called `vendor`, so three headers of llama.cpp are missing; the audio one is never used. */
async function layHeaders(work: string): Promise<void> {
  const headers = join(work, "headers");
  for (const name of ["nlohmann", "stb", "miniaudio"]) await mkdir(join(headers, name), { recursive: true });
  const common = join(await moduleFolder(work), "llama", "llama.cpp", "common");
  await copyFile(join(common, "json.hpp"), join(headers, "nlohmann", "json.hpp"));
  await copyFile(join(common, "stb_image.h"), join(headers, "stb", "stb_image.h"));
  await chmod(join(headers, "nlohmann", "json.hpp"), 0o644);
  await chmod(join(headers, "stb", "stb_image.h"), 0o644);
  await writeFile(join(headers, "nlohmann", "json_fwd.hpp"), "#include <nlohmann/json.hpp>\n");
  await copyFile(join(import.meta.dirname, "miniaudio.h"), join(headers, "miniaudio", "miniaudio.h"));
}

async function moduleFolder(work: string): Promise<string> {
  const name = `github.com/ollama/ollama@${headersVersion}`;
  const answer = await runCommand(["go", "mod", "download", "-json", name], { cwd: work, env: { GOFLAGS: "" } });
  const folder = /^\t"Dir": "(.*)",$/m.exec(answer)?.[1];
  if (folder === undefined) throw new Error(`go mod download named no folder for "${name}"`);
  return folder;
}

/** What the compiler may use: a program built for AVX2 does not run without it. */
function instructionSet(): "v3" | "generic" {
  if (process.arch !== "x64" || !existsSync("/proc/cpuinfo")) return "generic";
  return /\bavx2\b/.test(readFileSync("/proc/cpuinfo", "utf8")) ? "v3" : "generic";
}
