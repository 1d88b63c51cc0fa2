// The last words of a server on its standard error, for the report of its end. What it prints there all the time is nobody's to read.

import { neutraliseLine } from "../../telemetry/neutralise.ts";
import { ServerBreach } from "./message-lines.ts";

const keptChars = 500;
const maxBytesPerSecond = 32 * 1024 * 1024;

export class StderrTail {
  readonly #decoder = new TextDecoder();
  readonly #now: () => number;
  #text = "";
  #windowStart = 0;
  #windowBytes = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @throws {ServerBreach} for a flood */
  push(bytes: Uint8Array): void {
    const now = this.#now();
    if (now - this.#windowStart >= 1_000) [this.#windowStart, this.#windowBytes] = [now, 0];
    this.#windowBytes += bytes.byteLength;
    if (this.#windowBytes > maxBytesPerSecond) throw new ServerBreach("It floods its standard error");
    this.#text = (this.#text + this.#decoder.decode(bytes, { stream: true })).slice(-keptChars);
  }

  /** One line, without what a terminal would act on. */
  text(): string {
    return neutraliseLine(this.#text.trim());
  }
}
