// What one call's child has said and its reader hasn't taken yet: text that came meanwhile is read as one piece.

import type { FromCall } from "./engine-message.ts";

export class CallEvents {
  #pending: FromCall[] = [];
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  push(event: FromCall): void {
    const last = this.#pending.at(-1);
    if ((event.type === "text" || event.type === "thinking") && last?.type === event.type) {
      this.#pending.splice(-1, 1, { ...event, text: last.text + event.text });
    } else {
      this.#pending.push(event);
    }
    this.#wake?.();
  }

  /** Whoever reads gets this error, after what came before it. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
  }

  /** The next event. Throws what `fail` was given, or the signal's reason at once. */
  async next(signal: AbortSignal): Promise<FromCall> {
    for (;;) {
      signal.throwIfAborted();
      const event = this.#pending.shift();
      if (event !== undefined) return event;
      if (this.#error !== undefined) throw this.#error;
      await this.#change(signal);
    }
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = () => resolve(undefined);
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
  }
}
