// The model calls of one turn: those that gave an answer, and those that did not.

import type { ModelAttempt, ModelUsage } from "../model/contract.ts";
import type { ModelCallTrace, ModelFailureTrace } from "../telemetry/trace.ts";

export class RecordedCalls {
  readonly answered: ModelCallTrace[] = [];
  readonly failed: ModelFailureTrace[] = [];
  readonly #startedAt: number;
  readonly #now: () => number;
  /** Of the last one that answered it is not known yet whom it asked. */
  #isOpen = false;

  /** Both by the clock of `performance.now`. */
  constructor(startedAt: number, now: () => number) {
    this.#startedAt = startedAt;
    this.#now = now;
  }

  usage(usage: ModelUsage): void {
    this.answered.push({ ...usage, startMs: Math.max(0, this.#now() - this.#startedAt - usage.totalMs) });
    this.#isOpen = true;
  }

  /** Follows the usage of a call that has one. */
  attempt({ model, provider, startedAt, totalMs, outcome, asked }: ModelAttempt): void {
    const startMs = Math.max(0, startedAt - this.#startedAt);
    const last = this.answered.at(-1);
    if (this.#isOpen && last !== undefined) {
      this.#isOpen = false;
      this.answered[this.answered.length - 1] = {
        ...last,
        startMs,
        waitedMs: Math.max(0, totalMs - last.totalMs),
        asked,
      };
    } else if (outcome !== "ok") {
      this.failed.push({ model, provider, startMs, totalMs, error: outcome, asked });
    }
  }

  tokens(): number {
    return this.answered.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  }
}
