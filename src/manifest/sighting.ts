// How the files looked that a load read: later looks are held against it, so that whatever changed since then is found, however it was
// written. Stamps are taken before reading: a change during the load shows, too.

import { readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { reasonOf } from "./machine.ts";

export class Sighting {
  readonly #files = new Map<string, string>();
  readonly #folders = new Map<string, string>();
  readonly #listings = new Map<string, string>();

  /** Notes how a file looks, unless that was noted before. It need not exist. */
  file(path: string): void {
    const absolute = resolve(path);
    if (!this.#files.has(absolute)) this.#files.set(absolute, fileStamp(absolute));
  }

  /** Notes which drop-ins a folder holds. */
  folder(path: string): void {
    const absolute = resolve(path);
    if (!this.#folders.has(absolute)) this.#folders.set(absolute, folderStamp(absolute));
  }

  /** Notes the names of all that a folder holds. */
  listing(path: string): void {
    const absolute = resolve(path);
    if (!this.#listings.has(absolute))
      this.#listings.set(
        absolute,
        folderStamp(absolute, () => true),
      );
  }

  /** The same places as they are now. */
  again(): Sighting {
    const now = new Sighting();
    for (const path of this.#files.keys()) now.file(path);
    for (const path of this.#folders.keys()) now.folder(path);
    for (const path of this.#listings.keys()) now.listing(path);
    return now;
  }

  /** Absolute paths that do not look as in `other`, or that only one of the two knows. */
  changedSince(other: Sighting): string[] {
    return [
      ...differing(this.#files, other.#files),
      ...differing(this.#folders, other.#folders),
      ...differing(this.#listings, other.#listings),
    ];
  }

  /** Absolute. */
  files(): string[] {
    return [...this.#files.keys()];
  }

  /** Absolute: those whose names were noted. */
  folders(): string[] {
    return [...this.#folders.keys(), ...this.#listings.keys()];
  }
}

/** A drop-in's name; editors' own files start with a dot, or end in something else. */
export function isDropInName(name: string): boolean {
  return name.endsWith(".yaml") && !name.startsWith(".");
}

function differing(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path));
}

/** Follows links. The time of the last change of state catches a file that was put back with its old time of writing. */
function fileStamp(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return reasonOf(error);
  }
}

function folderStamp(path: string, counts = isDropInName): string {
  try {
    return readdirSync(path).filter(counts).toSorted().join("/");
  } catch (error) {
    return `? ${reasonOf(error)}`;
  }
}
