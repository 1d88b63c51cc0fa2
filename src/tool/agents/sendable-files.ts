// Files that a model may send to another agent: those under the folders named for it, links followed, and no others.

import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { basename, isAbsolute, relative, resolve } from "node:path";
import type { ToolFile } from "../contract.ts";
import { ToolError } from "../contract.ts";

/** Of one prompt: agents take less. */
const maxBytes = 64 * 1024 * 1024;

/** `roots`: absolute; the first is what a relative path starts from. Rejects with a `ToolError` that names the path. */
export async function sendableFiles(paths: readonly string[], roots: readonly string[]): Promise<readonly ToolFile[]> {
  if (paths.length === 0) return [];
  const real = await Promise.all(roots.map((root) => realOf(root)));
  const allowed = real.filter((root) => root !== undefined);
  const files: ToolFile[] = [];
  let bytes = 0;
  for (const path of paths) {
    const file = await readAllowed(path, allowed, maxBytes - bytes);
    bytes += file.data.byteLength;
    files.push(file);
  }
  return files;
}

async function readAllowed(path: string, roots: readonly string[], leftBytes: number): Promise<ToolFile> {
  const [first = "/"] = roots;
  const real = path.includes("\0") ? undefined : await realOf(resolve(first, path));
  if (real === undefined) throw new ToolError("invalid", `The attachment "${path}" does not exist`);
  if (!roots.some((root) => isInside(root, real))) throw outside(path, roots);
  // The path is real already: a link that took its place since is not followed.
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, isFile } = await statOf(handle);
    if (!isFile) throw new ToolError("invalid", `The attachment "${path}" is not a file`);
    if (size > leftBytes) throw new ToolError("invalid", `The attachment "${path}" is too large to be sent`);
    if ((await realOf(`/proc/self/fd/${handle.fd}`)) !== real && process.platform === "linux")
      throw outside(path, roots);
    return { filename: basename(path), data: new Uint8Array(await handle.readFile()) };
  } finally {
    await handle.close();
  }
}

async function statOf(handle: Awaited<ReturnType<typeof open>>): Promise<{ size: number; isFile: boolean }> {
  const stat = await handle.stat();
  return { size: stat.size, isFile: stat.isFile() };
}

/** Undefined: there is nothing. */
async function realOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined; // Missing, a circle of links, or not ours to look at: nothing that can be sent.
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

function outside(path: string, roots: readonly string[]): ToolError {
  const named = roots.map((root) => `"${root}"`).join(", ");
  return new ToolError("denied", `"${path}" is outside the folders that files may be sent from: ${named}`);
}
