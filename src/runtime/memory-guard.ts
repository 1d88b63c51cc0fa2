// A ceiling of our own on this process's resident memory (`limits.memory`): near it, caches shrink; at it, new prompts are refused until
// it is below again. What runs is never cut.

import { ServiceError } from "../protocol/service-error.ts";
import { formatSize } from "../manifest/units.ts";
import type { Logger } from "../telemetry/log.ts";
import type { MemoryStatus } from "./control-protocol.ts";

export interface MemoryGuardPorts {
  readonly rssBytes: () => number;
  /** Makes caches smaller; returns how many of their entries went. */
  readonly shrink: () => number;
  /** Gives unused memory back to the system. */
  readonly collect: () => void;
  readonly log: Logger;
}

/** Shares of the limit: caches shrink from the first on, and refusing ends below the second. */
const shrinkShare = 0.9;
const resumeShare = 0.95;
const lookMs = 1_000;
/** Looks between two collections while there is nothing to shrink. */
const looksBetweenCollections = 10;
const retryAfterS = 5;

export class MemoryGuard {
  readonly #ports: MemoryGuardPorts;
  #limitBytes: number | undefined;
  #state: MemoryStatus["state"] = "ok";
  #looksUntilCollection = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(ports: MemoryGuardPorts) {
    this.#ports = ports;
  }

  /** Watches from now on, with another limit if it did already; undefined: no limit. */
  use(limitBytes: number | undefined): void {
    if (limitBytes === this.#limitBytes) return;
    this.#limitBytes = limitBytes;
    clearInterval(this.#timer);
    this.#timer = limitBytes === undefined ? undefined : setInterval(() => this.look(), lookMs).unref();
    this.look();
  }

  /** Compares once; the timer does so every second. */
  look(): void {
    const limit = this.#limitBytes;
    let rss = this.#ports.rssBytes();
    if (limit !== undefined && rss >= limit * shrinkShare) {
      this.#makeRoom();
      rss = this.#ports.rssBytes();
    } else {
      this.#looksUntilCollection = 0;
    }
    this.#change(this.#stateAt(rss, limit), rss);
  }

  /** Why no prompt is taken now: 429 `busy`. */
  refusal(): ServiceError | undefined {
    if (this.#state !== "full" || this.#limitBytes === undefined) return undefined;
    const message = `The runtime is at its memory limit of ${formatSize(this.#limitBytes)}; try again later`;
    return new ServiceError(429, "busy", message, { retry_after_s: retryAfterS });
  }

  /** Undefined without a limit. */
  status(): MemoryStatus | undefined {
    return this.#limitBytes === undefined ? undefined : { limitBytes: this.#limitBytes, state: this.#state };
  }

  close(): void {
    this.use(undefined);
  }

  #makeRoom(): void {
    const gone = this.#ports.shrink();
    if (gone > 0) this.#ports.log.warn("Conversations are forgotten to save memory", { conversations: gone });
    if (gone === 0 && this.#looksUntilCollection-- > 0) return;
    this.#looksUntilCollection = looksBetweenCollections;
    this.#ports.collect();
  }

  #stateAt(rss: number, limit: number | undefined): MemoryStatus["state"] {
    if (limit === undefined) return "ok";
    if (rss >= limit || (this.#state === "full" && rss >= limit * resumeShare)) return "full";
    return rss >= limit * shrinkShare ? "shrinking" : "ok";
  }

  #change(state: MemoryStatus["state"], rss: number): void {
    const before = this.#state;
    this.#state = state;
    const fields = { rss: formatMegabytes(rss), limit: formatMegabytes(this.#limitBytes ?? 0) };
    if (state === "full" && before !== "full") {
      this.#ports.log.warn("Memory is at its limit: new prompts are refused until it is below", fields);
    }
    if (state !== "full" && before === "full")
      this.#ports.log.info("Memory is below its limit: prompts are taken", fields);
  }
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
