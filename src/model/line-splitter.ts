// Cuts a streamed body into lines: one call per network read, at most one copy of the text, and a bound on what a line may hold.

import { ModelError } from "./contract.ts";

/** Room for a record with 16 MB of text and what JSON puts around it. */
export const maxRecordBytes = 20 * 1024 * 1024;

export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #maxBytes: number;
  /** Pieces of the unfinished line: joined once, when its end arrives. */
  #pieces: string[] = [];
  #pendingBytes = 0;

  constructor(maxBytes: number = maxRecordBytes) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The lines that `bytes` completes, without their line feeds.
   * @throws {ModelError} `invalid` when a line outgrows the bound
   */
  push(bytes: Uint8Array): readonly string[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end < 0) {
      this.#keep(text, bytes.byteLength);
      return [];
    }
    const complete = text.slice(0, end);
    const head = this.#pieces.length === 0 ? complete : this.#pieces.join("") + complete;
    this.#pieces = [];
    this.#pendingBytes = 0;
    if (end + 1 < text.length) this.#keep(text.slice(end + 1), text.length - end - 1);
    return head.includes("\n") ? head.split("\n") : [head];
  }

  /** What came after the last line feed. */
  rest(): string {
    return this.#pieces.join("") + this.#decoder.decode();
  }

  #keep(text: string, bytes: number): void {
    this.#pendingBytes += bytes;
    if (this.#pendingBytes > this.#maxBytes) {
      throw new ModelError("invalid", `The model sent a record of more than ${this.#maxBytes} bytes`);
    }
    this.#pieces.push(text);
  }
}
