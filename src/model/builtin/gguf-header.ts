// The head of a GGUF file: is it one, how many tokens of context was its model trained for, and what do they take. Reads no more than its first part.

import { open } from "node:fs/promises";

import { contextBytesPerToken } from "../memory-need.ts";

export interface GgufHeader {
  /** Absent when the head doesn't tell it among its first values. */
  readonly contextTokens?: number;
  /** What each token of context takes of memory; 0 when unknown. */
  readonly contextBytesPerToken: number;
}

const headBytes = 64 * 1024;
const magic = 0x46554747;

/** Reads the file's head; undefined when it is no GGUF file. Throws what opening it threw. */
export async function readGgufHeader(path: string): Promise<GgufHeader | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return parseGgufHeader(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The same of the file's first bytes. */
export function parseGgufHeader(bytes: Uint8Array): GgufHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 24 || view.getUint32(0, true) !== magic) return undefined;
  const count = Number(view.getBigUint64(16, true));
  const values = firstValues(new ValueReader(view, 24), view, count);
  const contextTokens = values.get("context_length");
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    contextBytesPerToken: contextBytesPerToken(values),
  };
}

/** By key without its first word, which is the architecture. */
function firstValues(reader: ValueReader, view: DataView, count: number): Map<string, number | undefined> {
  const values = new Map<string, number | undefined>();
  try {
    for (let index = 0; index < count; index++) {
      const key = reader.text().replace(/^[^.]*\./, "");
      values.set(key, undefined);
      values.set(key, reader.value(view.getUint32(reader.skip(4), true)));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The head ends here; the rest of the values lies further on.
  }
  return values;
}

const type = { uint32: 4, int32: 5, text: 8, array: 9, uint64: 10, int64: 11 } as const;
/** By type number; text and arrays have none. */
const sizes: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};

/** Throws `RangeError` past the end of the bytes. */
class ValueReader {
  readonly #view: DataView;
  #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** Moves on; returns where it was. */
  skip(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#view.byteLength) throw new RangeError("The head ends within a value");
    return at;
  }

  text(): string {
    const length = Number(this.#view.getBigUint64(this.skip(8), true));
    const at = this.skip(length);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length));
  }

  /** The value when it is a whole number of 32 or 64 bits; skips any other. */
  value(kind: number): number | undefined {
    switch (kind) {
      case type.uint32:
      case type.int32:
        return this.#view.getUint32(this.skip(4), true);
      case type.uint64:
      case type.int64:
        return Number(this.#view.getBigUint64(this.skip(8), true));
      case type.text:
        this.text();
        return undefined;
      case type.array:
        this.#skipArray();
        return undefined;
      default:
        this.skip(sizeOf(kind));
        return undefined;
    }
  }

  #skipArray(): void {
    const kind = this.#view.getUint32(this.skip(4), true);
    const count = Number(this.#view.getBigUint64(this.skip(8), true));
    if (kind === type.text || kind === type.array) {
      for (let index = 0; index < count; index++) this.value(kind);
    } else {
      this.skip(count * sizeOf(kind));
    }
  }
}

function sizeOf(kind: number): number {
  const size = sizes[kind];
  if (size === undefined) throw new RangeError(`Unknown type ${kind} of a value`);
  return size;
}
