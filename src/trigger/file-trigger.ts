// Triggers by files: each new one in a folder, once it is whole.

import { type FSWatcher, watch } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Glob } from "bun";
import type { Logger } from "../telemetry/log.ts";
import type { Clock } from "./clock.ts";
import type { RunLine } from "./run-line.ts";
import type { TriggerKey } from "./store/run-record.ts";
import type { RunStore } from "./store/run-store.ts";

/** Where the folder tells of no changes, it is looked at this often. */
const lookMs = 5_000;
const mostFiles = 10_000;
/** Files that are there no more and stay known: a disk that was away, or a file that is moved out and back, starts nothing again. */
const mostGone = 10_000;

export interface FileParts {
  readonly key: TriggerKey;
  readonly spec: string;
  readonly folder: string;
  readonly pattern: string | undefined;
  readonly settleMs: number;
  readonly clock: Clock;
  readonly store: RunStore;
  readonly line: Pick<RunLine, "event" | "hasRoom">;
  readonly log: Logger;
  /** Undefined: it is well again. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** A file that is not known to be whole yet. */
interface Candidate {
  readonly stamp: string;
  readonly sinceMs: number;
}

export class FileTrigger {
  readonly #parts: FileParts;
  readonly #glob: Glob | undefined;
  readonly #candidates = new Map<string, Candidate>();
  #seen = new Map<string, string>();
  #watcher: FSWatcher | undefined;
  #cancel: (() => void) | undefined;
  #isLooking = false;
  #isStopped = false;
  /** Files that are there when the trigger is new are not new. */
  #isFirst = false;

  constructor(parts: FileParts) {
    this.#parts = parts;
    this.#glob = parts.pattern === undefined ? undefined : new Glob(parts.pattern);
  }

  /** Throws what the store throws. */
  start(): void {
    const { store, key, spec } = this.#parts;
    this.#isFirst = store.schedules.cursorMs(key, spec) === undefined;
    this.#seen = store.schedules.seenFiles(key);
    this.#lookIn(0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
    this.#watcher?.close();
  }

  #lookIn(ms: number): void {
    this.#cancel?.();
    if (!this.#isStopped) this.#cancel = this.#parts.clock.after(ms, () => void this.#look());
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { onProblem, folder } = this.#parts;
    try {
      const files = await this.#list();
      if (this.#isStopped) return;
      this.#take(files);
      this.#watch();
      onProblem(undefined);
    } catch (error) {
      this.#watcher?.close();
      this.#watcher = undefined;
      onProblem(`The folder "${folder}" cannot be watched: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#isLooking = false;
      this.#lookIn(this.#candidates.size > 0 ? Math.min(lookMs, this.#parts.settleMs / 2 + 10) : lookMs);
    }
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    const watcher = watch(this.#parts.folder, () => this.#lookIn(20));
    watcher.on("error", () => {
      watcher.close();
      if (this.#watcher === watcher) this.#watcher = undefined;
    });
    this.#watcher = watcher;
  }

  /** Regular files by name, with what tells one content from another. */
  async #list(): Promise<ReadonlyMap<string, string>> {
    const { folder } = this.#parts;
    const names = (await readdir(folder)).filter((name) => this.#isWanted(name)).slice(0, mostFiles);
    const files = new Map<string, string>();
    for (const name of names.sort()) {
      const stat = await lstat(join(folder, name)).catch(() => undefined);
      if (stat?.isFile() === true) files.set(name, `${stat.size} ${stat.mtimeMs}`);
    }
    return files;
  }

  /** Names that writers use for what is not whole yet are left alone. */
  #isWanted(name: string): boolean {
    if (name.startsWith(".") || /(\.(part|tmp|crdownload)|~)$/i.test(name)) return false;
    return this.#glob?.match(name) ?? true;
  }

  #take(files: ReadonlyMap<string, string>): void {
    const { store, key, spec, clock } = this.#parts;
    if (this.#isFirst) {
      store.together(() => {
        for (const [name, stamp] of files) store.schedules.sawFile(key, name, stamp);
        store.schedules.setCursor(key, spec, clock.wallMs());
      });
      this.#seen = new Map(files);
      this.#isFirst = false;
      return;
    }
    this.#forgetGone(files);
    for (const [name, stamp] of files) if (!isSame(this.#seen.get(name), stamp)) this.#consider(name, stamp);
  }

  #forgetGone(files: ReadonlyMap<string, string>): void {
    const { store, key } = this.#parts;
    const away = [...this.#seen.keys()].filter((name) => !files.has(name));
    const gone = away.slice(0, Math.max(0, away.length - mostGone));
    for (const name of this.#candidates.keys()) if (!files.has(name)) this.#candidates.delete(name);
    if (gone.length === 0) return;
    store.together(() => {
      for (const name of gone) store.schedules.forgetFile(key, name);
    });
    for (const name of gone) this.#seen.delete(name);
  }

  #consider(name: string, stamp: string): void {
    const { store, key, clock, settleMs, line, folder } = this.#parts;
    const known = this.#candidates.get(name);
    const nowMs = clock.steadyMs();
    if (known?.stamp !== stamp) {
      this.#candidates.set(name, { stamp, sinceMs: nowMs });
      return;
    }
    // Those that have no room stay in the folder, and are considered again.
    if (nowMs - known.sinceMs < settleMs || !line.hasRoom()) return;
    const event = { name, path: join(folder, name), stamp, hops: 0 };
    if (!line.event(event, () => store.schedules.sawFile(key, name, stamp))) return;
    this.#candidates.delete(name);
    this.#seen.set(name, stamp);
  }
}

/** Stamps of before may have the number of the inode at their end, which some disks give anew whenever they are mounted. */
function isSame(seen: string | undefined, stamp: string): boolean {
  return seen === stamp || seen?.startsWith(`${stamp} `) === true;
}
