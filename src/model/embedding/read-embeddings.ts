// The answer of an embeddings route, read whole and within bounds: as lists of numbers, or as base64 of 32-bit floats.

import { cutBody } from "../cut-body.ts";
import { ModelError } from "../contract.ts";
import { streamFailure } from "../fetch-failure.ts";
import { parseRecord, type JsonRecord } from "../json.ts";

/** A vector of 16,384 numbers, written out with all their digits. */
const mostBytesOfVector = 512 * 1024;

/** Throws `ModelError` for an answer that breaks off, is larger than so many vectors can be, or is no JSON object. */
export async function readEmbeddingsAnswer(response: Response, texts: number): Promise<JsonRecord> {
  const text = await boundedText(response, (texts + 1) * mostBytesOfVector);
  const record = parseRecord(text);
  if (record === undefined)
    throw new ModelError("invalid", "The embeddings route answered with something that is no JSON object");
  return record;
}

/** One vector of an answer. Throws `ModelError` for what is neither a list nor base64. */
export function readVector(value: unknown): ArrayLike<unknown> {
  if (isList(value)) return value;
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "base64");
    if (bytes.length > 0 && bytes.length % 4 === 0) return floats(bytes);
  }
  throw new ModelError("invalid", "The embeddings route gave something that is no vector");
}

/** The list under `key`. Throws `ModelError` when there is none. */
export function listAt(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  if (isList(value)) return value;
  throw new ModelError("invalid", `The embeddings route answered without a list of "${key}"`);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Little-endian, as every server sends them. */
function floats(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

async function boundedText(response: Response, mostBytes: number): Promise<string> {
  if (response.body === null) return "";
  const body: ReadableStream<Uint8Array> = response.body;
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
      bytes += read.value.length;
      if (bytes > mostBytes)
        throw new ModelError("invalid", "The embeddings route answered with more than vectors can be");
    }
  } catch (error) {
    throw streamFailure(error);
  } finally {
    cutBody(reader);
  }
  return Buffer.concat(pieces).toString();
}
