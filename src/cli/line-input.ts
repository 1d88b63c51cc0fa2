// Lines that a person types, one asked for at a time; what is typed ahead waits.

import type { Interface } from "node:readline/promises";

interface Waiting {
  resolve(line: string | undefined): void;
}

/** Lines typed ahead that are kept. */
const maxAhead = 1_000;

export class LineInput {
  readonly #lines: Interface;
  readonly #ahead: string[] = [];
  readonly #waiting: Waiting[] = [];
  #isClosed = false;

  constructor(lines: Interface) {
    this.#lines = lines;
    lines.on("line", (line) => {
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) waiting.resolve(line);
      else if (this.#ahead.length < maxAhead) this.#ahead.push(line);
    });
    lines.on("close", () => {
      this.#isClosed = true;
      for (const waiting of this.#waiting.splice(0)) waiting.resolve(undefined);
    });
  }

  /** The next line; undefined at the end of input, or when `signal` fires. Questions are served in the order in which they were asked. */
  read(prompt: string, signal?: AbortSignal): Promise<string | undefined> {
    const ahead = this.#ahead.shift();
    if (ahead !== undefined) return Promise.resolve(ahead);
    if (this.#isClosed || signal?.aborted === true) return Promise.resolve(undefined);
    this.#lines.setPrompt(prompt);
    this.#lines.prompt();
    return new Promise((resolve) => {
      const waiting: Waiting = {
        resolve: (line) => {
          signal?.removeEventListener("abort", abort);
          resolve(line);
        },
      };
      const abort = (): void => {
        const index = this.#waiting.indexOf(waiting);
        if (index !== -1) this.#waiting.splice(index, 1);
        resolve(undefined);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  close(): void {
    this.#lines.close();
  }
}
