// Asks the NATS server for a round trip soon after output was sent, so that it is known what it has taken should the connection break. One
// round trip serves all streams.

import type { BusConnection } from "../connection/connection.ts";

/** Output within this time shares a round trip. */
const afterMs = 5;

export class OutputConfirmer {
  readonly #connection: BusConnection;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;

  constructor(connection: BusConnection) {
    this.#connection = connection;
  }

  /** Output was sent. */
  sent(): void {
    if (!this.#isAsking) this.#timer ??= setTimeout(() => void this.#ask(), afterMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    this.#isAsking = true;
    const count = this.#connection.sentCount();
    const isTaken = await this.#connection.flush();
    this.#isAsking = false;
    if (isTaken && this.#connection.sentCount() > count) this.sent();
  }
}
