// Asks the NATS server for a round trip soon after output was sent, so that it is known what it has taken should the connection break. One
// round trip serves all streams.

import type { BusConnection } from "../connection/connection.ts";

/** Output within this time shares a round trip. */
const afterMs = 5;

export class OutputConfirmer {
  readonly #connection: BusConnection;
  readonly #onTaken: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #isUrgent = false;

  /** `onTaken`: the server has taken more. */
  constructor(connection: BusConnection, onTaken: () => void) {
    this.#connection = connection;
    this.#onTaken = onTaken;
  }

  /** Output was sent. */
  sent(): void {
    if (!this.#isAsking) this.#timer ??= setTimeout(() => void this.#ask(), afterMs);
  }

  /** Output was sent, and the last of its stream: it is asked for at once. */
  sentLast(): void {
    this.#isUrgent = true;
    if (!this.#isAsking) void this.#ask();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsking = true;
    this.#isUrgent = false;
    const count = this.#connection.sentCount();
    const isTaken = await this.#connection.flush();
    this.#isAsking = false;
    if (!isTaken) return;
    this.#onTaken();
    if (this.#connection.sentCount() > count) this.#goOn();
  }

  #goOn(): void {
    if (this.#isUrgent) void this.#ask();
    else this.sent();
  }
}
