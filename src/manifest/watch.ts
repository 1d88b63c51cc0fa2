// Tells when the files of a manifest are other than when they were loaded, and have been left alone for a moment. Events only say when to
// look: what counts is how the files look, so that no way of saving a file needs to be known.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Sighting } from "./sighting.ts";
import { WatchedFolders } from "./watched-folders.ts";

/** `auto`: the system's events where it has them for this file system, else polling. */
export type WatchMode = "auto" | "poll" | "off";

export interface WatchOptions {
  readonly mode: Exclude<WatchMode, "off">;
  /** What the load saw that is in force. */
  readonly seen: Sighting;
  /** Called when something changed; the caller loads, and says what it saw by `saw`. */
  readonly onChange: () => void;
  /** The system gives no events: it is polled from now on. */
  readonly onPolling: (why: unknown) => void;
}

export interface ManifestWatch {
  /** Another load took place, whoever asked for it. */
  saw(seen: Sighting): void;
  readonly isPolling: boolean;
  close(): void;
}

/** A file that is being written is left alone for this long, at most for the longest. */
const settleMs = 250;
const longestSettleMs = 5_000;
const pollMs = 300;
/** After an event: what belongs together comes in bursts. */
const burstMs = 100;
/** With events, too: some changes make none, such as those of a mount. */
const safetyMs = 5_000;

export function watchManifest(options: WatchOptions): ManifestWatch {
  return new Watch(options);
}

class Watch implements ManifestWatch {
  readonly #options: WatchOptions;
  readonly #folders: WatchedFolders | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #seen: Sighting;
  #isPolling: boolean;
  #settling: { readonly looks: Sighting; readonly sinceMs: number; readonly startedMs: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#seen = options.seen;
    this.#isPolling = options.mode === "poll" || options.seen.files().some(isOnSilentFileSystem);
    if (!this.#isPolling) {
      this.#folders = new WatchedFolders({
        onEvent: () => this.#lookSoon(burstMs),
        onFailure: (error) => this.#poll(error),
      });
    }
    this.saw(options.seen);
    this.#lookRegularly();
  }

  get isPolling(): boolean {
    return this.#isPolling;
  }

  saw(seen: Sighting): void {
    this.#seen = seen;
    this.#settling = undefined;
    this.#follow();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#beat);
    clearTimeout(this.#timer);
    this.#folders?.close();
  }

  #lookRegularly(): void {
    clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#look(), this.#isPolling ? pollMs : safetyMs);
    this.#beat.unref();
  }

  #poll(error: unknown): void {
    this.#isPolling = true;
    this.#lookRegularly();
    this.#options.onPolling(error);
  }

  #lookSoon(delayMs: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, delayMs);
    this.#timer.unref();
  }

  #look(): void {
    if (this.#isClosed) return;
    const now = performance.now();
    this.#follow();
    const looks = this.#seen.again();
    if (looks.changedSince(this.#seen).length === 0) {
      this.#settling = undefined;
      return;
    }
    const before = this.#settling;
    const isStill = before !== undefined && looks.changedSince(before.looks).length === 0;
    const startedMs = before?.startedMs ?? now;
    this.#settling = { looks, startedMs, sinceMs: isStill ? before.sinceMs : now };
    if (now - this.#settling.sinceMs >= settleMs || now - startedMs >= longestSettleMs) this.#options.onChange();
    else this.#lookSoon(settleMs);
  }

  #follow(): void {
    if (this.#isClosed || this.#isPolling || this.#folders === undefined) return;
    if (this.#folders.follow(this.#seen)) this.#lookSoon(settleMs);
  }
}

/** File systems on which others write without an event here: NFS, SMB, CIFS, 9p, FUSE, and those of virtual machines. */
const silentTypes = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x786f4256]);

function isOnSilentFileSystem(path: string): boolean {
  if (process.platform !== "linux") return false;
  try {
    return silentTypes.has(statfsSync(dirname(path)).type >>> 0);
  } catch {
    return false; // Not there: what is there tells.
  }
}
