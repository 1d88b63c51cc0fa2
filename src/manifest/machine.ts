// The port of the checks onto the real file system.

import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { decodeFile } from "./decode-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** Instructions and secrets are small; a larger file is a mistake. */
const maxTextBytes = 1024 * 1024;

export function machineSurroundings(
  given: Pick<Surroundings, "variables" | "hostName" | "engineMissing">,
): Surroundings {
  return {
    variables: given.variables,
    hostName: given.hostName,
    ...(given.engineMissing === undefined ? {} : { engineMissing: given.engineMissing }),
    absolute: (path, base) => resolve(base, path),
    readText(path) {
      const read = readBytes(path, maxTextBytes);
      if ("failure" in read) return read;
      const decoded = decodeFile(read.bytes);
      return "text" in decoded ? decoded : { failure: "it is no UTF-8 text" };
    },
    unreadable(path) {
      try {
        accessSync(path, constants.R_OK);
        return statSync(path).isDirectory() ? "it is a folder" : undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    notFolder(path) {
      try {
        accessSync(path, constants.R_OK | constants.X_OK);
        return statSync(path).isDirectory() ? undefined : "it is no folder";
      } catch (error) {
        return reasonOf(error);
      }
    },
    hasProgram: (program) => Bun.which(program) !== null,
  };
}

/** All of a regular file, or in a few words why not. Never throws, never waits on a pipe. */
export function readBytes(
  path: string,
  maxBytes: number,
): { readonly bytes: Uint8Array } | { readonly failure: string } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return { failure: "it is a folder" };
    if (!stat.isFile()) return { failure: "it is no regular file" };
    if (stat.size > maxBytes) return { failure: `it has ${stat.size} bytes, accepted are up to ${maxBytes}` };
    return { bytes: readFileSync(descriptor) };
  } catch (error) {
    return { failure: reasonOf(error) };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "its name is too long",
};

/** A file system error in a few words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return reasons[code] ?? code;
}
