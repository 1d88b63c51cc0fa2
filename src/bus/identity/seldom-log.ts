// Log lines that whoever may publish could cause by the thousand: one a second, with how many were left out.

import type { LogFields, Logger } from "../../telemetry/log.ts";

const pauseMs = 1_000;

export class SeldomLog {
  readonly #log: Logger;
  readonly #now: () => number;
  #saidMs = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  info(message: string, fields: LogFields): void {
    this.#say("info", message, fields);
  }

  warn(message: string, fields: LogFields): void {
    this.#say("warn", message, fields);
  }

  #say(level: "info" | "warn", message: string, fields: LogFields): void {
    if (this.#now() - this.#saidMs < pauseMs) {
      this.#leftOut += 1;
      return;
    }
    this.#log[level](message, { ...fields, ...(this.#leftOut === 0 ? {} : { left_out_before: this.#leftOut }) });
    this.#saidMs = this.#now();
    this.#leftOut = 0;
  }
}
