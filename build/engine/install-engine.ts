// The engine's npm packages in the cache, apart from the project's own: locked, without the packages of other platforms' accelerators.

import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cache } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import { sha256File } from "../sha256.ts";

const lockFiles = ["package.json", "package-lock.json", ".npmrc"];

/** Absolute path of a `node_modules` with node-llama-cpp and both platform packages, installed when it isn't there yet. */
export async function installEngine(say: (line: string) => void = () => undefined): Promise<string> {
  const lock = await sha256File(join(import.meta.dirname, "package-lock.json"));
  const folder = join(cache, "engine", lock.slice(0, 16));
  const modules = join(folder, "node_modules");
  if (existsSync(modules)) return modules;
  say("Fetching the model engine (node-llama-cpp, about 30 MB)");
  await installInto(folder);
  return modules;
}

async function installInto(folder: string): Promise<void> {
  const work = `${folder}.work-${process.pid}`;
  try {
    await mkdir(work, { recursive: true });
    for (const name of lockFiles) await copyFile(join(import.meta.dirname, name), join(work, name));
    // `--force`: the platform packages of other machines are wanted too, an executable is built for them here.
    await runCommand([npmProgram(), "ci", "--omit=optional", "--ignore-scripts", "--force"], { cwd: work });
    await moveIntoPlace(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Another build may have finished first: its copy is the same. */
async function moveIntoPlace(work: string, folder: string): Promise<void> {
  await rename(work, folder).catch((cause: unknown) => {
    if (!existsSync(join(folder, "node_modules"))) throw cause;
  });
}

function npmProgram(): string {
  const npm = Bun.which("npm");
  if (npm === null) throw new Error('Cannot fetch the model engine: no "npm" found on PATH');
  return npm;
}
