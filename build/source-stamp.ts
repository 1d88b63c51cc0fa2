// Which source this is: the version in package.json, the git commit and its time.

import { join } from "node:path";
import { root } from "./paths.ts";
import { runCommand } from "./run-command.ts";

export async function sourceVersion(): Promise<string> {
  const data: unknown = await Bun.file(join(root, "package.json")).json();
  if (typeof data === "object" && data !== null && "version" in data && typeof data.version === "string")
    return data.version;
  throw new Error("package.json has no version");
}

/** The first 12 digits of the commit, `-dirty` when tracked files were changed; `unknown` outside a git checkout. */
export async function sourceCommit(): Promise<string> {
  try {
    const commit = await runCommand(["git", "rev-parse", "--short=12", "HEAD"], { cwd: root });
    const changes = await runCommand(["git", "status", "--porcelain", "--untracked-files=no"], { cwd: root });
    return `${commit.trim()}${changes.trim() === "" ? "" : "-dirty"}`;
  } catch {
    return "unknown";
  }
}

/** `SOURCE_DATE_EPOCH` where it is set, else the time of the commit in seconds since 1970; 0 outside a git checkout. */
export async function sourceTimeS(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<number> {
  const given = Number(environment["SOURCE_DATE_EPOCH"] ?? "");
  if (Number.isSafeInteger(given) && given > 0) return given;
  try {
    return Number((await runCommand(["git", "log", "-1", "--format=%ct"], { cwd: root })).trim());
  } catch {
    return 0;
  }
}
