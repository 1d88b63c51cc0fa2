// Whether the disk of the state directory has room. When it is full, agents answer on and nothing is stored, which is said once; what needs the
// disk is told, and told again when there is room.

import { statfsSync } from "node:fs";
import type { Logger } from "../telemetry/log.ts";
import type { StorageStatus } from "./control-protocol.ts";

export interface StorageWatchPorts {
  /** Undefined where the file system does not tell. */
  readonly freeBytes: () => number | undefined;
  /** Called after each change. */
  readonly onChange: (isFull: boolean) => void;
  readonly log: Logger;
}

const megabyte = 1024 ** 2;
/** Below the first the disk counts as full, so that who stores is told before a write fails; from the second on it has room again. */
const fullBelowBytes = 4 * megabyte;
const roomFromBytes = 8 * megabyte;
const lookMs = 2_000;
/** A write that failed though there seems to be room (a quota, no more files) is believed for so long, and longer each time. */
const firstBeliefMs = 10_000;
const longestBeliefMs = 600_000;

export class StorageWatch {
  readonly #ports: StorageWatchPorts;
  readonly #timer: ReturnType<typeof setInterval>;
  #isFull = false;
  #believedUntil = 0;
  #beliefMs = firstBeliefMs;
  #retry: (() => void) | undefined;

  constructor(ports: StorageWatchPorts) {
    this.#ports = ports;
    this.#timer = setInterval(() => this.look(), lookMs);
    this.#timer.unref();
    this.look();
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  status(): StorageStatus {
    const freeBytes = this.#ports.freeBytes();
    return { state: this.#isFull ? "full" : "ok", ...(freeBytes === undefined ? {} : { freeBytes }) };
  }

  /** Compares once; the timer does so every two seconds. */
  look(): void {
    const free = this.#ports.freeBytes() ?? Infinity;
    if (!this.#isFull) {
      if (free < fullBelowBytes) this.#change(true, free);
    } else if (free >= roomFromBytes && performance.now() >= this.#believedUntil) {
      this.#change(false, free);
    }
  }

  /** A write failed for want of room. */
  refused(): void {
    const free = this.#ports.freeBytes() ?? Infinity;
    if (!this.#isFull && free >= roomFromBytes) {
      this.#believedUntil = performance.now() + this.#beliefMs;
      this.#beliefMs = Math.min(2 * this.#beliefMs, longestBeliefMs);
    }
    if (!this.#isFull) this.#change(true, free);
  }

  /** Does `retry` when there is room again; of several, the last. */
  whenRoom(retry: () => void): void {
    this.#retry = retry;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #change(isFull: boolean, free: number): void {
    this.#isFull = isFull;
    const fields = Number.isFinite(free) ? { free: `${(free / megabyte).toFixed(1)} MB` } : {};
    if (isFull) {
      this.#ports.log.error("The disk of the state directory is full: agents answer on, nothing is stored", fields);
    } else {
      this.#ports.log.info("The disk of the state directory has room again", fields);
      const retry = this.#retry;
      this.#retry = undefined;
      retry?.();
    }
    this.#ports.onChange(isFull);
  }
}

/** What this user may still write in the folder's file system. */
export function freeBytesOf(folder: string): number | undefined {
  try {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks === 0 ? undefined : bavail * bsize;
  } catch {
    return undefined; // Gone, or on a file system that does not tell.
  }
}
