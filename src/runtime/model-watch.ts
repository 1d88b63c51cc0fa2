// Knows whether a model can be reached: looks at it at start and from time to time, and tells whoever depends on it of each change.

import type { ChatModel, ModelHealth } from "../model/contract.ts";
import { isSameValue } from "./same-value.ts";

/** A model that is there is looked at this often. */
const lookEveryMs = 15_000;
const leastRetryMs = 1_000;

export interface ModelWatch {
  health(): ModelHealth;
  /** Takes in what the model's own calls found, after a turn. */
  refresh(): void;
  /** Called after each change; returns what removes it. The watch ends when the last listener is removed. */
  onChange(listener: (health: ModelHealth) => void): () => void;
}

export interface ModelWatches {
  /** One watch a model, however many agents share it. */
  of(model: ChatModel): ModelWatch;
  close(): void;
}

export function modelWatches(): ModelWatches {
  const watches = new Map<ChatModel, WatchedModel>();
  return {
    of: (model) => {
      const watch = watches.get(model) ?? new WatchedModel(model, () => watches.delete(model));
      watches.set(model, watch);
      return watch;
    },
    close: () => {
      for (const watch of [...watches.values()]) watch.close();
    },
  };
}

class WatchedModel implements ModelWatch {
  readonly #model: ChatModel;
  readonly #onEnd: () => void;
  readonly #listeners = new Set<(health: ModelHealth) => void>();
  readonly #stop = new AbortController();
  #health: ModelHealth;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLooking = false;

  constructor(model: ChatModel, onEnd: () => void) {
    this.#model = model;
    this.#onEnd = onEnd;
    this.#health = model.health();
  }

  health(): ModelHealth {
    return this.#health;
  }

  refresh(): void {
    if (!this.#isClosed()) this.#take(this.#model.health());
  }

  onChange(listener: (health: ModelHealth) => void): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#listeners.clear();
    this.#onEnd();
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed()) return;
    this.#isLooking = true;
    const health = await this.#model.look(this.#stop.signal);
    this.#isLooking = false;
    if (this.#isClosed()) return;
    this.#take(health);
    this.#schedule();
  }

  #isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  #take(health: ModelHealth): void {
    const before = this.#health;
    this.#health = health;
    if (isSameState(before, health)) return;
    if (!this.#isLooking) this.#schedule();
    for (const listener of [...this.#listeners]) listener(health);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { state } = this.#health;
    const retryMs = state === "unreachable" ? this.#health.retryAfterS * 1000 : lookEveryMs;
    this.#timer = setTimeout(() => void this.#look(), Math.min(lookEveryMs, Math.max(leastRetryMs, retryMs)));
  }
}

/** How long to wait is no change. */
function isSameState(one: ModelHealth, other: ModelHealth): boolean {
  const reason = (health: ModelHealth) => (health.state === "unreachable" ? health.reason : undefined);
  return isSameValue([one.state, reason(one)], [other.state, reason(other)]);
}
