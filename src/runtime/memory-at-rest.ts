// Memory that work has left behind is given back once the runtime has come to rest: after the start, after turns, after documents were indexed.

import { shrinkHeap } from "./shrink-heap.ts";

export interface MemoryAtRestPorts {
  /** Whether turns are in work, or documents are being indexed. */
  readonly isBusy: () => boolean;
  readonly rssBytes?: () => number;
  readonly shrink?: () => void;
  /** Acts once after `ms`. Returns what prevents it. */
  readonly after?: (ms: number, act: () => void) => () => void;
}

/** Nothing began in this time: the runtime is at rest. */
const restMs = 2_000;
/** The next turn takes some ms longer for it, which less is not worth. */
const worthBytes = 8 * 1024 ** 2;

export class MemoryAtRest {
  readonly #isBusy: () => boolean;
  readonly #rssBytes: () => number;
  readonly #shrink: () => void;
  readonly #after: (ms: number, act: () => void) => () => void;
  /** Resident memory as the last giving back left it; undefined: there was none. */
  #restingBytes: number | undefined;
  #isStirred = false;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(ports: MemoryAtRestPorts) {
    this.#isBusy = ports.isBusy;
    this.#rssBytes = ports.rssBytes ?? (() => process.memoryUsage.rss());
    this.#shrink = ports.shrink ?? shrinkHeap;
    this.#after = ports.after ?? afterTimeout;
  }

  /** Something was done just now. */
  stir(): void {
    if (this.#isClosed) return;
    this.#isStirred = true;
    if (this.#cancel === undefined) this.#lookLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #lookLater(): void {
    this.#isStirred = false;
    this.#cancel = this.#after(restMs, () => this.#look());
  }

  #look(): void {
    this.#cancel = undefined;
    if (this.#isStirred || this.#isBusy()) this.#lookLater();
    else if (this.#restingBytes === undefined || this.#rssBytes() >= this.#restingBytes + worthBytes) this.#giveBack();
  }

  /** What is held afterwards is read when pages have gone back. */
  #giveBack(): void {
    this.#shrink();
    this.#cancel = this.#after(restMs, () => {
      this.#cancel = undefined;
      this.#restingBytes = this.#rssBytes();
      if (this.#isStirred) this.#lookLater();
    });
  }
}

function afterTimeout(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms).unref();
  return () => clearTimeout(timer);
}
