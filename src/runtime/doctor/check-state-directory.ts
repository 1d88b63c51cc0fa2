// Is the state directory there, and can a runtime write to it? Tried with a small file, which is taken away again.

import { constants } from "node:fs";
import { access, open, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Check } from "./check.ts";
import { type Finding, ok, problem, skipped, warning } from "./finding.ts";

const triedBytes = 4096;
/** A disk that takes longer to keep 4 KB slows every acknowledged message down. */
const slowMs = 1_000;

export function checkStateDirectory(directory: string): Check {
  return { name: "state directory", deadlineMs: 15_000, examine: async () => [await examineDirectory(directory)] };
}

async function examineDirectory(directory: string): Promise<Finding> {
  try {
    if (!(await stat(directory)).isDirectory()) {
      return problem(`"${directory}" is no folder`, "Move it away, or choose another with --state DIR");
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return toBeMade(directory);
    return closed(directory, error);
  }
  return tried(directory);
}

async function toBeMade(directory: string): Promise<Finding> {
  const parent = await nearest(dirname(directory));
  try {
    await access(parent, constants.W_OK | constants.X_OK);
    return ok(`"${directory}" is made at the first start`);
  } catch {
    return problem(
      `"${directory}" is not there and cannot be made: "${parent}" may not be written to`,
      "Make it for the user that the runtime runs as, or choose another with --state DIR",
    );
  }
}

/** The folder itself, or the nearest one above it that exists. */
export async function nearest(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) return folder;
    return nearest(dirname(folder));
  }
}

async function tried(directory: string): Promise<Finding> {
  const path = join(directory, `.doctor-${process.pid}`);
  const startedAt = performance.now();
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.write(new Uint8Array(triedBytes));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    return cannotWrite(directory, error);
  } finally {
    await rm(path, { force: true }).catch(() => undefined); // Of a disk that is read-only nothing can be removed, nor was anything made.
  }
  const writeMs = Math.round(performance.now() - startedAt);
  if (writeMs < slowMs) return ok(`"${directory}" can be written to`, { writeMs });
  return warning(
    `"${directory}" took ${writeMs} ms to keep 4 KB`,
    "The disk is slow or busy: every kept message waits for it. A better card or disk, or less load on it",
    { writeMs },
  );
}

function cannotWrite(directory: string, error: unknown): Finding {
  switch (codeOf(error)) {
    case "EROFS":
      return problem(
        `"${directory}" is on a disk that is mounted read-only`,
        "A failing card or disk is often made read-only: see dmesg. Then: mount -o remount,rw on its mount point, or a new card",
      );
    case "ENOSPC":
    case "EDQUOT":
      return problem(`The disk of "${directory}" is full`, "Free space: agents answer, and store nothing until then");
    case "EIO":
      return problem(`The disk of "${directory}" fails`, "See dmesg; copy what you need of it, and replace it");
    default:
      return closed(directory, error);
  }
}

function closed(directory: string, error: unknown): Finding {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM") {
    return skipped(
      `This user may not look into "${directory}" or write there: run it as root, or as the runtime's user`,
    );
  }
  return problem(`"${directory}" cannot be used: ${String(error)}`, "Choose another with --state DIR");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
