// A run of calls that need the same load of their endpoint (a model with its context), bounded so that calls of other loads get their turn.

import type { EndpointConfig, ModelConfig } from "../manifest/manifest.ts";

/** How long calls of one load may be taken before those of another that wait. */
export interface RunBounds {
  /** Grants in a row while another load waits. */
  readonly grants: number;
  /** Time since the first of them, in ms. */
  readonly ms: number;
}

/** A load costs seconds to minutes on a small machine, an answer about as much: some answers a load, and nobody waits long. */
const usualBounds: RunBounds = { grants: 8, ms: 60_000 };

export class LoadRun {
  readonly #bounds: RunBounds;
  readonly #now: () => number;
  #load = "";
  #grants = 0;
  #since = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(bounds: RunBounds = usualBounds, now: () => number = () => performance.now()) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** Whether a call of this load may be the next one, of those that wait. */
  takes(load: string): boolean {
    return (load === this.#load) !== this.#isOver();
  }

  /** A call was granted, while calls of other loads waited or not. */
  granted(load: string, othersWait: boolean): void {
    if (load !== this.#load) [this.#load, this.#grants] = [load, 0];
    if (!othersWait) return;
    if (this.#grants === 0) this.#since = this.#now();
    this.#grants++;
  }

  #isOver(): boolean {
    if (this.#grants === 0) return false;
    return this.#grants >= this.#bounds.grants || this.#now() - this.#since >= this.#bounds.ms;
  }
}

/** What an endpoint must have loaded for calls of `model`: equal texts mean that it need not load anew. */
export function loadOf(model: ModelConfig, provider: EndpointConfig["provider"]): string {
  switch (provider) {
    case "ollama":
      return `${model.model} ${model.context ?? ""}`;
    case "openai":
      // Servers of small machines swap models, too.
      return model.model;
    case "anthropic":
    case "builtin":
      return "";
  }
}
