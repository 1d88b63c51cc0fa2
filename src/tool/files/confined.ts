// A model's path → a name in a folder that is held open, below the root whatever links and races there are: each step is looked up in the
// folder of the step before, and links are followed here, never by the system.

import { lstatSync, mkdirSync, readlinkSync, type Stats } from "node:fs";
import { isAbsolute, sep } from "node:path";
import { ToolError } from "../contract.ts";
import { fileFailure } from "./file-failure.ts";
import { HeldFolder, isSameOrBelow, outside } from "./held-folder.ts";

/** Where a files tool may go. */
export interface Confinement {
  /** Absolute. */
  readonly root: string;
  /** Folders below it that are not for models: the runtime's own state. */
  readonly closed: readonly string[];
}

/** A name in a folder; "." is the folder itself. `stat` is absent where there is nothing yet. Links are followed: it is none. */
export interface Place {
  readonly folder: HeldFolder;
  readonly name: string;
  readonly stat?: Stats;
  /** Relative to the root, as a model would write it. */
  readonly shown: string;
}

const maxLinks = 40;
const maxPathChars = 4096;

/**
 * Calls `use` with the place that `path` means, and gives it back afterwards. `makes`: missing folders on the way are made.
 * Throws only `ToolError`.
 */
export async function withPlace<Value>(
  { root, closed }: Confinement,
  path: string,
  use: (place: Place) => Value | Promise<Value>,
  { makes = false }: { readonly makes?: boolean } = {},
): Promise<Value> {
  const walk = new Walk(path, makes);
  try {
    const place = walk.from(HeldFolder.root(root, closed), root);
    return await use(place);
  } catch (error) {
    throw fileFailure(error, path);
  } finally {
    walk.close();
  }
}

class Walk {
  readonly #folders: HeldFolder[] = [];
  readonly #names: string[] = [];
  readonly #makes: boolean;
  #pending: string[];
  #links = 0;

  constructor(path: string, makes: boolean) {
    if (path.includes("\0") || path.length > maxPathChars) throw new ToolError("invalid", "That is no path of a file");
    this.#makes = makes;
    this.#pending = [path];
  }

  /** `given`: the root as the manifest names it, which may be by links. */
  from(root: HeldFolder, given: string): Place {
    this.#folders.push(root);
    const [path = ""] = this.#pending;
    this.#pending = isAbsolute(path) ? this.#belowRoot(path, given) : namesOf(path);
    for (;;) {
      const name = this.#pending.shift();
      if (name === undefined) return this.#placeOf(this.#top, ".");
      if (name === "" || name === ".") continue;
      if (name === "..") this.#up();
      else {
        const place = this.#step(name, given);
        if (place !== undefined) return place;
      }
    }
  }

  close(): void {
    for (const folder of this.#folders) folder.close();
    this.#folders.length = 0;
  }

  #step(name: string, given: string): Place | undefined {
    const stat = lstatSync(this.#top.at(name), { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) {
      this.#follow(name, given);
      return undefined;
    }
    const isLast = this.#pending.every((rest) => rest === "" || rest === ".");
    if (stat?.isDirectory() === true || (stat === undefined && !isLast && this.#makes)) {
      if (stat === undefined) mkdirSync(this.#top.at(name));
      this.#folders.push(this.#top.child(name));
      this.#names.push(name);
      return undefined;
    }
    if (isLast) return this.#placeOf(this.#top, name, stat);
    const shown = [...this.#names, name].join("/");
    throw new ToolError("failed", `There is no folder "${shown}"${stat === undefined ? "" : ": that is a file"}`);
  }

  #follow(name: string, given: string): void {
    this.#links += 1;
    if (this.#links > maxLinks) throw new ToolError("failed", "Too many links lead from one to the next");
    const target = readlinkSync(this.#top.at(name));
    if (isAbsolute(target)) {
      this.#pending = [...this.#belowRoot(target, given), ...this.#pending];
      while (this.#folders.length > 1) this.#leave();
    } else this.#pending = [...namesOf(target), ...this.#pending];
  }

  #up(): void {
    if (this.#folders.length === 1) throw outside();
    this.#leave();
  }

  #leave(): void {
    this.#folders.pop()?.close();
    this.#names.pop();
  }

  /** An absolute path in names from the root on. */
  #belowRoot(path: string, given: string): string[] {
    const root = this.#folders[0]?.path ?? given;
    const base = [given, root].find((folder) => isSameOrBelow(path, folder));
    if (base === undefined) throw outside();
    return namesOf(path.slice(base.length));
  }

  #placeOf(folder: HeldFolder, name: string, stat = lstatSync(folder.at(name), { throwIfNoEntry: false })): Place {
    const shown = [...this.#names, ...(name === "." ? [] : [name])].join("/");
    return { folder, name, shown, ...(stat === undefined ? {} : { stat }) };
  }

  get #top(): HeldFolder {
    const top = this.#folders.at(-1);
    if (top === undefined) throw new Error("A walk without a root");
    return top;
  }
}

/** Where `\\` parts names, too, and a colon names drives and streams, neither can be in one. */
function namesOf(path: string): string[] {
  if (sep === "/") return path.split("/");
  if (path.includes(":")) throw outside();
  return path.split(/[\\/]/);
}
