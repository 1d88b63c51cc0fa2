// Counts along an event stream: bounds on one event and on the rate, and whether its events have ids, by which it could be resumed.

import { maxMessageBytes, ServerBreach } from "./message-lines.ts";

const maxBytesPerSecond = 4 * maxMessageBytes;
const maxEventsPerSecond = 5_000;
const lineFeed = 10;
const carriageReturn = 13;
const idField = [0x69, 0x64, 0x3a] as const; // "id:"

export class EventStreamWatch {
  readonly #now: () => number;
  #hasIds = false;
  #eventBytes = 0;
  #lineLength = 0;
  #matched = 0;
  #windowStart = 0;
  #windowBytes = 0;
  #windowEvents = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get hasIds(): boolean {
    return this.#hasIds;
  }

  /** @throws {ServerBreach} when a bound is passed */
  push(bytes: Uint8Array): void {
    const now = this.#now();
    if (now - this.#windowStart >= 1_000) {
      this.#windowStart = now;
      this.#windowBytes = 0;
      this.#windowEvents = 0;
    }
    this.#windowBytes += bytes.byteLength;
    if (this.#windowBytes > maxBytesPerSecond)
      throw new ServerBreach(`It floods: more than ${maxBytesPerSecond / 1024 ** 2} MB in a second`);
    for (const byte of bytes) this.#step(byte);
    if (this.#eventBytes > maxMessageBytes)
      throw new ServerBreach(`It sent an event of more than ${maxMessageBytes / 1024 ** 2} MB`);
  }

  #step(byte: number): void {
    this.#eventBytes += 1;
    if (byte === carriageReturn) return;
    if (byte !== lineFeed) {
      if (this.#lineLength === this.#matched && byte === idField[this.#matched]) this.#matched += 1;
      this.#lineLength += 1;
      return;
    }
    if (this.#matched === idField.length) this.#hasIds = true;
    if (this.#lineLength === 0) this.#endEvent();
    this.#lineLength = 0;
    this.#matched = 0;
  }

  #endEvent(): void {
    this.#eventBytes = 0;
    this.#windowEvents += 1;
    if (this.#windowEvents > maxEventsPerSecond)
      throw new ServerBreach(`It floods: more than ${maxEventsPerSecond} events in a second`);
  }
}
