// Does a step. Files appear whole or not at all, and outlive a power cut; what a step finds done already, it leaves.

import { chmod, copyFile, lstat, mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder, syncPath } from "../write-whole.ts";
import type { Step } from "./step.ts";

/** `kept`: a configuration file was there. `failed`: an optional command's end. */
export type StepResult = { readonly type: "done" | "kept" } | { readonly type: "failed"; readonly reason: string };

/** `root` goes before every path. Throws when the step can't be done; the text says why. */
export async function applyStep(step: Step, root: string): Promise<StepResult> {
  switch (step.type) {
    case "folder":
      await mkdir(join(root, step.path), { recursive: true });
      await chmod(join(root, step.path), step.mode);
      return { type: "done" };
    case "file":
      if (step.isConfiguration && (await exists(join(root, step.path)))) return { type: "kept" };
      return place(join(root, step.path), step.mode, (path) => writeFile(path, step.content));
    case "copy":
      return place(join(root, step.path), step.mode, (path) => copyFile(step.from, path));
    case "link":
      return link(join(root, step.path), step.to);
    case "remove":
      await rm(join(root, step.path), { recursive: true, force: true });
      return { type: "done" };
    case "command":
      return runCommand(step.argv, step.isOptional);
  }
}

/** Beside its place first, then renamed: an executable that runs is replaced, not written over. */
async function place(path: string, mode: number, write: (path: string) => Promise<void>): Promise<StepResult> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new-${process.pid}`;
  try {
    await write(temporary);
    await chmod(temporary, mode);
    syncPath(temporary);
    await rename(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { type: "done" };
}

async function link(path: string, to: string): Promise<StepResult> {
  if ((await exists(path)) && (await linkTarget(path)) === to) return { type: "done" };
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new-${process.pid}`;
  await symlink(to, temporary);
  await rename(temporary, path);
  syncFolder(dirname(path));
  return { type: "done" };
}

async function linkTarget(path: string): Promise<string | undefined> {
  return (await lstat(path)).isSymbolicLink() ? readlink(path) : undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

async function runCommand(argv: readonly [string, ...string[]], isOptional: boolean): Promise<StepResult> {
  const reason = await failureOf(argv);
  if (reason === undefined) return { type: "done" };
  if (isOptional) return { type: "failed", reason };
  throw new Error(`"${argv.join(" ")}" failed: ${reason}`);
}

async function failureOf(argv: readonly [string, ...string[]]): Promise<string | undefined> {
  if (Bun.which(argv[0]) === null) return `there is no program "${argv[0]}" here`;
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [said, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  return code === 0 ? undefined : `code ${code}: ${said.trim().slice(0, 2000)}`;
}
