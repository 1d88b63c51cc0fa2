// A folder that is held open: names in it are looked up in that folder itself, whatever happens to the path that led there. Where the system has
// no such lookup (all but Linux), by its real path, which is looked at again after each step.

import { closeSync, constants, existsSync, lstatSync, openSync, readlinkSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { ToolError } from "../contract.ts";

const handles = "/proc/self/fd";
const isHolding = process.platform === "linux" && existsSync(handles);
// What a platform lacks counts as 0.
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export class HeldFolder {
  /** Real path when it was opened. */
  readonly path: string;
  readonly #descriptor: number | undefined;
  readonly #bounds: Bounds;

  private constructor(at: string, bounds: Bounds | undefined, flags: number) {
    this.#descriptor = isHolding ? openSync(at, flags) : undefined;
    try {
      this.path =
        this.#descriptor === undefined ? realpathSync(at) : readlinkSync(join(handles, String(this.#descriptor)));
      this.#bounds = bounds ?? { root: this.path, closed: [] };
      if (!isWithin(this.path, this.#bounds)) throw outside();
      if (this.#descriptor === undefined && !lstatSync(this.path).isDirectory()) throw notFolder();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** `closed`: folders that nothing is reached in, also below it. Throws what the file system throws, and `ToolError`. */
  static root(path: string, closed: readonly string[]): HeldFolder {
    const real = realpathSync(path);
    const bounds = { root: real, closed: closed.map(realOf) };
    return new HeldFolder(real, bounds, folderFlags);
  }

  /** A folder in it, which is no link. Throws what the file system throws, and `ToolError` when it has left the root meanwhile. */
  child(name: string): HeldFolder {
    const at = this.at(name);
    if (!isHolding && lstatSync(at).isSymbolicLink()) throw outside();
    return new HeldFolder(at, this.#bounds, folderFlags);
  }

  /** A path by which the file system finds `name` in this folder; "." is the folder itself. `name` has no separator. */
  at(name: string): string {
    const here = this.#descriptor === undefined ? this.path : join(handles, String(this.#descriptor));
    return name === "." ? `${here}${sep}.` : `${here}${sep}${name}`;
  }

  /** Whether a file that was opened in it is still where this folder's rules let it be. */
  holds(descriptor: number, name: string): boolean {
    if (isHolding) return isWithin(readlinkSync(join(handles, String(descriptor))), this.#bounds);
    return realpathSync(this.at(name)) === join(this.path, name) && isWithin(this.path, this.#bounds);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }
}

interface Bounds {
  readonly root: string;
  readonly closed: readonly string[];
}

function isWithin(path: string, { root, closed }: Bounds): boolean {
  return isSameOrBelow(path, root) && !closed.some((folder) => isSameOrBelow(path, folder));
}

/** Of absolute paths without links. */
export function isSameOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

export function outside(): ToolError {
  return new ToolError("denied", "That leads outside of the folder that this tool may use. Give a path inside of it");
}

function notFolder(): ToolError {
  return new ToolError("failed", "It is no folder");
}

function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
