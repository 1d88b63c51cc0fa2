// What a time zone's file (TZif, RFC 9636) says of its distance from UTC. Rules for times past its last change are not read.

/** Distances from UTC, in ms; east is positive. */
export interface ZoneOffsets {
  /** The one that holds all the time from `fromMs` to `untilMs` (since 1970); undefined: it changes meanwhile, or is not known. */
  steadyMs(fromMs: number, untilMs: number): number | undefined;
}

export const utcOffsets: ZoneOffsets = { steadyMs: () => 0 };

interface Block {
  /** In seconds since 1970, ascending. */
  readonly times: readonly number[];
  /** From each of them on, in seconds. */
  readonly offsets: readonly number[];
  /** Before the first of them, in seconds. */
  readonly before: number;
  readonly end: number;
}

const headerBytes = 44;

/** Undefined for what is no such file, or one that counts leap seconds. Read byte by byte: views of numbers would bring a MB of the runtime's code to memory. */
export function parseZone(bytes: Uint8Array): ZoneOffsets | undefined {
  try {
    return new ParsedZone(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class ParsedZone implements ZoneOffsets {
  readonly #block: Block;
  /** After the last change, too. */
  readonly #staysForever: boolean;

  /** Throws a `RangeError` when it is something else. */
  constructor(bytes: Uint8Array) {
    // The first block has 32 bits a time, and is there for old readers.
    const first = readBlock(bytes, 0, 4);
    this.#block = readBlock(bytes, first.end, 8);
    this.#staysForever = !hasRule(bytes, this.#block.end);
  }

  steadyMs(fromMs: number, untilMs: number): number | undefined {
    const { times, offsets, before } = this.#block;
    let next = 0;
    while (next < times.length && (times[next] ?? 0) * 1000 <= fromMs) next += 1;
    const nextTime = times[next];
    if (nextTime === undefined ? !this.#staysForever : nextTime * 1000 <= untilMs) return undefined;
    return (offsets[next - 1] ?? before) * 1000;
  }
}

function readBlock(bytes: Uint8Array, start: number, timeBytes: 4 | 8): Block {
  if (uint32(bytes, start) !== magic || byte(bytes, start + 4) < secondVersion)
    throw new RangeError("No TZif of today");
  const utcs = uint32(bytes, start + 20);
  const standards = uint32(bytes, start + 24);
  const changes = uint32(bytes, start + 32);
  const types = uint32(bytes, start + 36);
  const names = uint32(bytes, start + 40);
  if (uint32(bytes, start + 28) !== 0) throw new RangeError("It counts leap seconds");
  const timesAt = start + headerBytes;
  const indexesAt = timesAt + changes * timeBytes;
  const typesAt = indexesAt + changes;
  const end = typesAt + 6 * types + names + standards + utcs;
  const offsetOf = (type: number): number => int32(bytes, typesAt + 6 * type);
  const block: Block & { times: number[]; offsets: number[] } = { times: [], offsets: [], before: offsetOf(0), end };
  for (let at = 0; at < changes; at++) {
    const offset = offsetOf(byte(bytes, indexesAt + at));
    // Some change no more than the name.
    if (offset === (block.offsets.at(-1) ?? block.before)) continue;
    const timeAt = timesAt + timeBytes * at;
    const upper = int32(bytes, timeAt);
    block.times.push(timeBytes === 4 ? upper : upper * 2 ** 32 + uint32(bytes, timeAt + 4));
    block.offsets.push(offset);
  }
  return block;
}

/** Behind the blocks stands what comes after the last change, as `TZ` has it: with a comma where the clock goes on to change. */
function hasRule(bytes: Uint8Array, start: number): boolean {
  if (byte(bytes, start) !== lineEnd) throw new RangeError("Its end is missing");
  const end = bytes.indexOf(lineEnd, start + 1);
  if (end < 0) throw new RangeError("Its end is missing");
  return end === start + 1 || bytes.subarray(start, end).includes(comma);
}

const magic = 0x545a6966;
const secondVersion = 0x32;
const lineEnd = 0x0a;
const comma = 0x2c;

function byte(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError("It is cut short");
  return value;
}

function int32(bytes: Uint8Array, at: number): number {
  return (byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3);
}

function uint32(bytes: Uint8Array, at: number): number {
  return int32(bytes, at) >>> 0;
}
