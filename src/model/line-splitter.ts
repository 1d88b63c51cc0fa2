// Cuts a streamed body into lines: one call per network read, at most one copy of the text, and a bound on what a line may hold.

import { ModelError } from "./contract.ts";

/** Room for a record with 16 MB of text and what JSON puts around it. */
export const maxRecordBytes = 20 * 1024 * 1024;

const streaming = { stream: true } as const;

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
    const whole = this.pushWhole(bytes);
    return whole === "" ? [] : whole.slice(0, -1).split("\n");
  }

  /** The same lines in one text, each with its line feed; empty where none is complete. Throws as `push` does. */
  pushWhole(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes, streaming);
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      this.#keep(text, bytes.byteLength);
      return "";
    }
    const complete = end === text.length ? text : text.slice(0, end);
    const whole = this.#pieces.length === 0 ? complete : this.#pieces.join("") + complete;
    this.#pieces = [];
    this.#pendingBytes = 0;
    if (end < text.length) this.#keep(text.slice(end), text.length - end);
    return whole;
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
