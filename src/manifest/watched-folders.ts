// Hears of changes in folders by the system's events, and follows folders that are made, removed or replaced.

import { realpathSync, statSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";
import type { Sighting } from "./sighting.ts";

export interface FolderEvents {
  /** Something happened that may concern a watched path. */
  readonly onEvent: () => void;
  /** The system gives no more events; called once, and nothing is watched after it. */
  readonly onFailure: (error: unknown) => void;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly inode: string;
}

export class WatchedFolders {
  readonly #events: FolderEvents;
  readonly #open = new Map<string, Watched>();
  #names = new Map<string, ReadonlySet<string> | "all">();
  #hasFailed = false;

  constructor(events: FolderEvents) {
    this.#events = events;
  }

  /**
   * Watches the folders of all that was seen, and the folders above them for their replacement. True when a watch was opened: what
   * happened shortly before may have gone unheard.
   */
  follow(seen: Sighting): boolean {
    if (this.#hasFailed) return false;
    this.#names = interestsOf(seen);
    for (const folder of this.#open.keys()) if (!this.#names.has(folder)) this.#close(folder);
    const opened = [...this.#names.keys()].filter((folder) => this.#ensure(folder));
    return opened.length > 0;
  }

  close(): void {
    for (const folder of [...this.#open.keys()]) this.#close(folder);
  }

  #ensure(folder: string): boolean {
    const inode = inodeOf(folder);
    const known = this.#open.get(folder);
    if (known?.inode === inode) return false;
    // Before another is opened: watches of one path are shared, and the old one hears a folder that is elsewhere now.
    this.#close(folder);
    return inode !== undefined && this.#watch(folder, inode);
  }

  #watch(folder: string, inode: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => this.#heard(folder, name));
      watcher.on("error", (error) => this.#fail(error));
      this.#open.set(folder, { watcher, inode });
      return true;
    } catch (error) {
      // It went in between: the folder above tells when it comes back.
      if (inodeOf(folder) !== undefined) this.#fail(error);
      return false;
    }
  }

  #heard(folder: string, name: string | null): void {
    const names = this.#names.get(folder);
    if (names === undefined) return;
    if (names === "all" || name === null || names.has(name)) this.#events.onEvent();
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.close();
    this.#events.onFailure(error);
  }

  #close(folder: string): void {
    this.#open.get(folder)?.watcher.close();
    this.#open.delete(folder);
  }
}

/** Folders to watch, each with the names that matter there. */
function interestsOf(seen: Sighting): Map<string, ReadonlySet<string> | "all"> {
  const interests = new Map<string, Set<string> | "all">();
  const direct = new Set([...seen.files().flatMap(foldersOfFile), ...seen.folders()]);
  for (const folder of direct) interests.set(folder, "all");
  for (const folder of direct) {
    const above = interests.get(dirname(folder)) ?? new Set<string>();
    if (above !== "all") interests.set(dirname(folder), above.add(basename(folder)));
  }
  return interests;
}

/** Where it stands, and where it really is when that is a link's end. */
function foldersOfFile(path: string): string[] {
  try {
    return [...new Set([dirname(path), dirname(realpathSync(path))])];
  } catch {
    return [dirname(path)]; // It is not there yet.
  }
}

function inodeOf(folder: string): string | undefined {
  const stat = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stat?.isDirectory() === true ? `${stat.dev} ${stat.ino}` : undefined;
}
