// The port of the checks onto the real file system.

import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { join, resolve, sep } from "node:path";
import { findsFile } from "./finds-file.ts";
import { decodeFile } from "./decode-file.ts";
import { notAFolder } from "./folder-reason.ts";
import type { FileText, Surroundings } from "./surroundings.ts";

/** Instructions and secrets are small; a larger file is a mistake. */
const maxTextBytes = 1024 * 1024;
/** Of one folder: each is watched. */
const maxFolders = 256;

export function machineSurroundings(
  given: Pick<Surroundings, "variables" | "hostName" | "engineMissing" | "vectorsMissing">,
): Surroundings {
  return {
    variables: given.variables,
    hostName: given.hostName,
    ...(given.engineMissing === undefined ? {} : { engineMissing: given.engineMissing }),
    ...(given.vectorsMissing === undefined ? {} : { vectorsMissing: given.vectorsMissing }),
    absolute: (path, base) => resolve(base, path),
    readText,
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
        if (!statSync(path).isDirectory()) return notAFolder;
        accessSync(path, constants.R_OK | constants.X_OK);
        return undefined;
      } catch (error) {
        return reasonOf(error);
      }
    },
    listFolders(path) {
      try {
        const names = readdirSync(path).filter((name) => !name.startsWith(".") && isFolder(join(path, name)));
        if (names.length > maxFolders)
          return { failure: `it holds ${names.length} folders, accepted up to ${maxFolders}` };
        return { names: names.sort() };
      } catch (error) {
        return { failure: reasonOf(error) };
      }
    },
    readTextInside(folder, name) {
      try {
        const real = realpathSync(join(folder, name));
        const isInside = real.startsWith(`${realpathSync(folder)}${sep}`);
        return isInside ? readText(real) : { failure: "it is a link that leads out of its folder" };
      } catch (error) {
        return { failure: reasonOf(error) };
      }
    },
    findsFile,
    hasProgram: (program) => Bun.which(program) !== null,
  };
}

function readText(path: string): FileText {
  const read = readBytes(path, maxTextBytes);
  if ("failure" in read) return read;
  const decoded = decodeFile(read.bytes);
  return "text" in decoded ? decoded : { failure: "it is no UTF-8 text" };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // A link to nowhere, or what may not be looked at.
  }
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
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EMFILE: "too many files are open (ulimit -n)",
};

/** A file system error in a few words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return reasons[code] ?? code;
}
