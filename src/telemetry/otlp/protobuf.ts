// The little of protobuf's wire format that OTLP takes: fields of three kinds, written into pieces, and read back by number.

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** One message. Fields are written in the order of the calls. */
export class MessageWriter {
  readonly #pieces: Uint8Array[] = [];

  /** A whole number that is not negative. Zero is left out: it is the default. */
  uint(field: number, value: number): this {
    return value === 0 ? this : this.#put(varintBytes((field << 3) | varint), varintBytes(value));
  }

  /** A signed 64-bit number, also in `oneof`: zero is written. */
  int64(field: number, value: number): this {
    return this.#put(varintBytes((field << 3) | varint), varintBytes(BigInt.asUintN(64, BigInt(value))));
  }

  bool(field: number, value: boolean): this {
    return this.#put(varintBytes((field << 3) | varint), varintBytes(value ? 1 : 0));
  }

  fixed64(field: number, value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.#put(varintBytes((field << 3) | fixed64), bytes);
  }

  fixed32(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.#put(varintBytes((field << 3) | fixed32), bytes);
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#put(varintBytes((field << 3) | fixed64), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#put(varintBytes((field << 3) | lengthDelimited), varintBytes(value.byteLength), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value.toWellFormed()));
  }

  message(field: number, value: MessageWriter): this {
    return this.bytes(field, value.end());
  }

  end(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }

  #put(...pieces: readonly Uint8Array[]): this {
    this.#pieces.push(...pieces);
    return this;
  }
}

/** Of a message, the last value of each field: a number, or bytes. Throws a `RangeError` for what is no message. */
export function readMessage(bytes: Uint8Array): ReadonlyMap<number, bigint | Uint8Array> {
  const fields = new Map<number, bigint | Uint8Array>();
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    fields.set(tag >>> 3, reader.value(tag & 7));
  }
  return fields;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#take(1)[0] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("A number has no end");
  }

  value(kind: number): bigint | Uint8Array {
    switch (kind) {
      case varint:
        return this.varint();
      case fixed64:
        return this.#take(8);
      case lengthDelimited:
        return this.#take(Number(this.varint()));
      case fixed32:
        return this.#take(4);
      default:
        throw new RangeError(`A field is of the unknown kind ${kind}`);
    }
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.byteLength) throw new RangeError("The message is cut");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function varintBytes(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) {
      bytes.push(low);
      return Uint8Array.from(bytes);
    }
    bytes.push(low | 0x80);
  }
}
