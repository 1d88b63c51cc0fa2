// The model engine's files as the executable would extract them, kept in the test cache.

import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { engineSource } from "../../build/engine/engine-source.ts";
import { engineVersion } from "../../build/engine/release.ts";
import { hostTarget } from "../../build/target/target.ts";
import { engineAvailability } from "../../src/model/builtin/availability.ts";
import { testCache } from "./test-cache.ts";

/** What the machine lacks for the engine and its small model; undefined: nothing. */
export function missingForEngine(): string | undefined {
  const { platform, arch } = process;
  const { available, reason } = engineAvailability({ platform, arch, isMusl: hostTarget().libc === "musl" });
  if (!available) return reason;
  return Bun.which("npm") === null ? "fetching the engine needs npm on PATH" : undefined;
}

/** Absolute path of the folder, made on the first call. */
export async function engineFolder(): Promise<string> {
  const folder = join(testCache, `engine-${engineVersion}`);
  if (existsSync(folder)) return folder;
  const source = await engineSource(hostTarget(), console.warn);
  if (source === undefined) throw new Error("This machine has no engine");
  const work = `${folder}.work-${process.pid}`;
  try {
    for (const file of source.files) {
      await mkdir(dirname(join(work, file.path)), { recursive: true });
      await cp(file.source, join(work, file.path));
    }
    if (!existsSync(folder)) await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}
