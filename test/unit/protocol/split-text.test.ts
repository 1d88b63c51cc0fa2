import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeChunk, encodeText } from "../../../src/protocol/chunk.ts";
import { splitText } from "../../../src/protocol/split-text.ts";

/** Text as a model may write it: any code point, controls, quotes, lone surrogates. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4_000 }),
  fc.string({ unit: "grapheme", maxLength: 2_000 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4_000 }).map((units) => String.fromCharCode(...units)),
);

test("any text, at any limit of 1 KB or more, joins back to itself, and no chunk is over the limit", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1_024, max: 8_192 }), (text, limit) => {
      const parts = splitText(text, limit);
      expect(parts.join("")).toBe(text);
      for (const part of parts) expect(Buffer.byteLength(encodeText(part))).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 300 },
  );
});

test("the caller joins the decoded chunks to the same text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const texts = splitText(text, 1_024).map((part) => {
        const chunk = decodeChunk(encodeText(part));
        return chunk.type === "response" ? chunk.text : "";
      });
      expect(texts.join("")).toBe(text);
    }),
  );
});

test("a chunk is filled: the next code point would not have fitted", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 500, maxLength: 3_000 }), (text) => {
      const parts = splitText(text, 1_024);
      for (const [index, part] of parts.slice(0, -1).entries()) {
        const next = String.fromCodePoint(parts[index + 1]?.codePointAt(0) ?? 0);
        expect(Buffer.byteLength(encodeText(part + next))).toBeGreaterThan(1_024);
      }
    }),
  );
});

test("§6.3 a surrogate pair is never cut", () => {
  for (const part of splitText("🎉".repeat(1_000), 1_024)) expect(part.isWellFormed()).toBe(true);
});

test("no text is no chunk", () => {
  expect(splitText("", 1_024)).toEqual([]);
});

test("a limit that cannot hold one code point is refused", () => {
  expect(() => splitText("x", 40)).toThrow(RangeError);
});
