// Fires its signal when no byte of a download came in time.

import { ModelError } from "../contract.ts";

export class StallTimer {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: Timer;

  constructor(ms: number) {
    this.#ms = ms;
    this.#timer = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): Timer {
    const seconds = this.#ms / 1_000;
    const error = new ModelError("unreachable", `Cannot fetch the model: no byte came for ${seconds} s`);
    return setTimeout(() => this.#controller.abort(error), this.#ms);
  }
}
