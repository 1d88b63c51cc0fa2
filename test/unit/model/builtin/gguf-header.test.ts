import { describe, expect, test } from "bun:test";
import { parseGgufHeader } from "../../../../src/model/builtin/gguf-header.ts";

class Bytes {
  readonly parts: number[] = [];

  whole(value: number, bytes: 4 | 8): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(value), true);
    this.parts.push(...new Uint8Array(view.buffer).subarray(0, bytes));
    return this;
  }

  text(value: string): this {
    this.whole(value.length, 8);
    this.parts.push(...new TextEncoder().encode(value));
    return this;
  }

  done(): Uint8Array {
    return new Uint8Array(this.parts);
  }
}

function head(values: number): Bytes {
  return new Bytes().whole(0x46554747, 4).whole(3, 4).whole(0, 8).whole(values, 8);
}

describe("parseGgufHeader", () => {
  test("finds the context behind values of every kind", () => {
    const bytes = head(5);
    bytes.text("general.architecture").whole(8, 4).text("llama");
    bytes.text("general.flags").whole(9, 4).whole(4, 4).whole(2, 8).whole(1, 4).whole(2, 4);
    bytes.text("general.names").whole(9, 4).whole(8, 4).whole(2, 8).text("a").text("b");
    bytes.text("general.size").whole(10, 4).whole(7, 8);
    bytes.text("llama.context_length").whole(4, 4).whole(8_192, 4);
    expect(parseGgufHeader(bytes.done())).toEqual({ contextTokens: 8_192, contextBytesPerToken: 0 });
  });

  test("tells what a token of context takes", () => {
    const bytes = head(5);
    for (const [key, value] of [
      ["block_count", 30],
      ["context_length", 2_048],
      ["embedding_length", 576],
      ["attention.head_count", 9],
      ["attention.head_count_kv", 3],
    ] as const) {
      bytes.text(`llama.${key}`).whole(4, 4).whole(value, 4);
    }
    expect(parseGgufHeader(bytes.done())).toEqual({ contextTokens: 2_048, contextBytesPerToken: 30 * 3 * 128 * 2 });
  });

  test("a head that ends within a value is a GGUF file of unknown context", () => {
    const bytes = head(2).text("general.architecture").whole(8, 4).text("llama").done();
    expect(parseGgufHeader(bytes)).toEqual({ contextBytesPerToken: 0 });
    expect(parseGgufHeader(bytes.subarray(0, bytes.length - 3))).toEqual({ contextBytesPerToken: 0 });
  });

  test("a length beyond all bounds is no trap", () => {
    const bytes = head(1).text("x").whole(9, 4).whole(0, 4);
    bytes.parts.push(...Array.from({ length: 8 }, () => 0xff));
    expect(parseGgufHeader(bytes.done())).toEqual({ contextBytesPerToken: 0 });
  });

  test("anything else is no GGUF file", () => {
    expect(
      parseGgufHeader(new TextEncoder().encode("#!/bin/sh\necho this is a script, not a model\n")),
    ).toBeUndefined();
    expect(parseGgufHeader(new Uint8Array())).toBeUndefined();
  });
});
