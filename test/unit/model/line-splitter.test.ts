import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ModelError } from "../../../src/model/contract.ts";
import { LineSplitter } from "../../../src/model/line-splitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("LineSplitter", () => {
  test("gives the lines that a read completes and keeps the rest", () => {
    const lines = new LineSplitter();
    expect(lines.push(bytes("a\nb\nc"))).toEqual(["a", "b"]);
    expect(lines.push(bytes("d"))).toEqual([]);
    expect(lines.push(bytes("e\n"))).toEqual(["cde"]);
    expect(lines.rest()).toBe("");
  });

  test("gives the same lines in one text, each with its line feed", () => {
    const lines = new LineSplitter();
    expect(lines.pushWhole(bytes("a\n\nb\nc"))).toBe("a\n\nb\n");
    expect(lines.pushWhole(bytes("d"))).toBe("");
    expect(lines.pushWhole(bytes("e\n"))).toBe("cde\n");
    expect(lines.rest()).toBe("");
  });

  test("joins lines and characters cut anywhere, however the reads fall", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", " ").toWellFormed());
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 9 }), (expected, step) => {
        const body = bytes(expected.join("\n"));
        const lines = new LineSplitter();
        const found: string[] = [];
        for (let at = 0; at < body.length; at += step) found.push(...lines.push(body.subarray(at, at + step)));
        expect([...found, lines.rest()]).toEqual(expected);
      }),
    );
  });

  test("refuses a line over its bound, also one that comes in small pieces", () => {
    const lines = new LineSplitter(10);
    lines.push(bytes("12345678"));
    expect(() => lines.push(bytes("901"))).toThrow(ModelError);
  });

  test("counts each line for itself", () => {
    const lines = new LineSplitter(10);
    for (let index = 0; index < 5; index++) expect(lines.push(bytes("123456789\n"))).toEqual(["123456789"]);
  });
});
