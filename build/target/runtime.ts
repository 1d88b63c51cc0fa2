// The Bun runtime that a target's executable starts from: ours for this machine, else from its npm package under a pinned hash.

import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { integrityOf, packArchive } from "../npm-pack.ts";
import { cache } from "../paths.ts";
import { runCommand } from "../run-command.ts";
import { hostTarget, type Target } from "./target.ts";

/** Path of the runtime's executable, fetched into the cache when it isn't there yet. */
export async function runtimeExecutable(target: Target, say: (line: string) => void): Promise<string> {
  if (target.name === hostTarget().name) return process.execPath;
  const folder = join(cache, "runtime", Bun.version);
  const path = join(folder, `bun-${target.name}${target.os === "windows" ? ".exe" : ""}`);
  if (existsSync(path)) return path;
  say(`Fetching the Bun ${Bun.version} runtime for ${target.name}`);
  const work = `${path}.${process.pid}`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    const archive = await packArchive(`${target.runtime.package}@${Bun.version}`, work);
    verifyIntegrity(await Bun.file(archive).bytes(), target);
    await runCommand(["tar", "-xzf", archive], { cwd: work });
    const program = join(work, "package", "bin", target.os === "windows" ? "bun.exe" : "bun");
    await chmod(program, 0o755);
    await rename(program, path);
    return path;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Throws unless the archive is the one that was pinned; a new version of Bun needs new hashes. */
export function verifyIntegrity(archive: Uint8Array, target: Target): void {
  const found = integrityOf(archive);
  if (found === target.runtime.integrity) return;
  throw new Error(
    `Wrong content of ${target.runtime.package}@${Bun.version}: ${found}, expected ${target.runtime.integrity} (build/target/target.ts)`,
  );
}
